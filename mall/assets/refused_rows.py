"""The refused rows of an incoming file, with what was wrong in words, as a file that can be mended and sent again."""

from __future__ import annotations

from mall.assets.asset_exchange import AssetFile
from mall.assets.card_columns import FAULT_TITLES, INCOMING, csv_file
from mall.errors import Refusal
from mall.web.words import words_for


def refused_rows_file(file: AssetFile) -> bytes:
    """The refused rows as they came, with what was wrong and how to mend it; it can be sent back as it is."""
    titles = [column.title for column in INCOMING]
    rows = []
    for row in file.rows:
        if row["outcome"] != "refused":
            continue
        words = words_for(Refusal(row["code"], **row["facts"]))
        rows.append([*(row["cells"].get(column.name, "") for column in INCOMING), words.what, words.next_step])
    return csv_file([*titles, *FAULT_TITLES], rows)
