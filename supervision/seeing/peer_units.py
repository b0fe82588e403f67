"""The peers of a unit: the units of the province with the same level and the same band of staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from mall.database import session
from mall.people.organisation import Organisation
from mall.regions.region import Region
from supervision.size_bands import size_band


@dataclass(frozen=True)
class PeerUnit:
    unit_id: int
    region_code: int
    name: str


@dataclass(frozen=True)
class Peers:
    """The peers of one unit, itself left out."""

    level: str
    band: int
    units: Sequence[PeerUnit]


def peers_of(unit_id: int) -> Peers:
    """Active units; a unit whose staff is not known is compared with such units. Raises KeyError for no unit."""
    rows = (
        session()
        .execute(
            select(Organisation.id, Organisation.region_code, Organisation.name, Organisation.staff_quota, Region.level)
            .join(Region, Region.code == Organisation.region_code)
            .where(Organisation.kind == "unit", (Organisation.state == "active") | (Organisation.id == unit_id))
            .order_by(Organisation.id)
        )
        .all()
    )
    kinds = {row.id: (row.level, size_band(row.staff_quota or 0)) for row in rows}
    level, band = kinds[unit_id]
    units = [
        PeerUnit(row.id, row.region_code, row.name)
        for row in rows
        if row.id != unit_id and kinds[row.id] == (level, band)
    ]
    return Peers(level, band, units)
