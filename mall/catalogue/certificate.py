"""Energy-saving and environmental certificates: in which categories they are compulsory, and whether one holds."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from mall.reference.read_reference import CompulsoryGreenRecord, compulsory_green

#: under these names a supplier's specification speaks of the certificate
CERTIFICATE, CERTIFICATE_UNTIL = "节能环保证书编号", "证书有效期至"


# By category and day; a check of a file asks it for every row.
@lru_cache(maxsize=4096)
def compulsory_certificate(category_code: str, *, on: date) -> CompulsoryGreenRecord | None:
    """The certificate without which nothing of this category may be sold on this day."""
    return next(
        (
            record
            for record in compulsory_green()
            if record.category_code == category_code
            and record.valid_from <= on
            and (record.valid_to is None or on < record.valid_to)
        ),
        None,
    )


def certificate_holds(number: str, until: date | None, *, on: date) -> bool:
    """Whether there is a certificate that has not run out. Without a last day it proves nothing."""
    return bool(number.strip()) and until is not None and until >= on
