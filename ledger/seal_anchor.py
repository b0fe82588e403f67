"""What is known of the seals outside the database: one document a day, small enough to be copied down or printed."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.seal import Seal

FORMAT = "sunmall-ledger-anchor-1"


class BadAnchor(ValueError):
    """The text is no anchor of ours, or one whose digest does not fit its seals."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The latest seal of each region and year at one moment; `day` is the day it closes, None for a look in between."""

    name: str
    day: date | None
    at: datetime
    seals: tuple[Seal, ...]
    previous: str

    @property
    def digest(self) -> str:
        """One SHA-256 over all of it, hexadecimal: who notes it down has noted everything."""
        return hashlib.sha256(_signed_lines(self).encode()).hexdigest()


def anchor_text(anchor: Anchor) -> str:
    """The anchor as JSON, digest included; read by `read_anchor`."""
    return json.dumps(anchor_facts(anchor), ensure_ascii=False, indent=1) + "\n"


def anchor_facts(anchor: Anchor) -> dict[str, Any]:
    """The anchor as plain values."""
    return {
        "format": FORMAT,
        "day": anchor.day.isoformat() if anchor.day else None,
        "at": anchor.at.isoformat(),
        "previous": anchor.previous,
        "seals": [
            {
                "region": seal.region_code,
                "year": seal.year,
                "no": seal.no,
                "algorithm": seal.algorithm,
                "txns": seal.txns,
                "hash": seal.hash,
                "sealed_at": seal.sealed_at.isoformat(),
            }
            for seal in anchor.seals
        ],
        "digest": anchor.digest,
    }


def read_anchor(content: str, *, name: str) -> Anchor:
    """The anchor of such a text; raises BadAnchor when it is none, or was changed since it was written."""
    try:
        facts = json.loads(content)
        if facts["format"] != FORMAT:
            raise BadAnchor(name)
        anchor = Anchor(
            name=name,
            day=date.fromisoformat(facts["day"]) if facts["day"] else None,
            at=datetime.fromisoformat(facts["at"]),
            seals=tuple(_seal(one) for one in facts["seals"]),
            previous=str(facts["previous"]),
        )
        digest = facts["digest"]
    except (KeyError, TypeError, ValueError) as broken:
        raise BadAnchor(name) from broken
    if digest != anchor.digest:
        raise BadAnchor(name)
    return anchor


def anchored_seals(anchors: Iterable[Anchor]) -> dict[tuple[int, int], dict[int, list[tuple[str, Seal]]]]:
    """What the anchors say, by (region, year) and seal number, each with the anchor's name."""
    found: dict[tuple[int, int], dict[int, list[tuple[str, Seal]]]] = {}
    for anchor in anchors:
        for seal in anchor.seals:
            found.setdefault((seal.region_code, seal.year), {}).setdefault(seal.no, []).append((anchor.name, seal))
    return found


def _seal(facts: dict[str, Any]) -> Seal:
    return Seal(
        region_code=int(facts["region"]),
        year=int(facts["year"]),
        no=int(facts["no"]),
        algorithm=str(facts["algorithm"]),
        txns=int(facts["txns"]),
        hash=str(facts["hash"]),
        sealed_at=datetime.fromisoformat(facts["sealed_at"]),
    )


def _signed_lines(anchor: Anchor) -> str:
    lines = [FORMAT, anchor.day.isoformat() if anchor.day else "", anchor.at.isoformat(), anchor.previous]
    for seal in anchor.seals:
        facts = (seal.region_code, seal.year, seal.no, seal.algorithm, seal.txns, seal.hash, seal.sealed_at.isoformat())
        lines.append(" ".join(str(fact) for fact in facts))
    return "\n".join(lines)
