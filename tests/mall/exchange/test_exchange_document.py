"""The examples of docs/treasury-exchange.md are what the code reads and writes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import SimpleNamespace

from mall.exchange.file_purpose import RETURN_PATH
from mall.exchange.find_differences import CAUSES
from mall.exchange.return_file import RESULTS, read_returns
from mall.exchange.statement_file import read_statement
from mall.settings import CHECKOUT
from mall.signed_calls.signature import FILE_METHOD, sign, text_to_sign

DOCUMENT = (CHECKOUT / "docs" / "treasury-exchange.md").read_text(encoding="utf-8")
KEY = SimpleNamespace(id="treasury-00000001", secret="a secret of the tests")
SIGNED = {
    "body": b"content",
    "at": datetime(2026, 11, 28, 15, 0, tzinfo=UTC),
    "sequence_no": 42,
    "nonce": "8f14e45fceea167a5a36dedd4bea2543",
}
CALL = {"method": "POST", "path": "/api/v1/treasury/returns", **SIGNED}


def example(name: str) -> str:
    found = re.search(rf"```{name}\n(.*?)```", DOCUMENT, flags=re.DOTALL)
    assert found, name
    return found.group(1)


def test_signed_text_and_signatures_are_the_documents() -> None:
    assert text_to_sign(**CALL) + "\n" == example("signed-text")
    assert sign(KEY, **CALL).digest + "\n" == example("signature")
    assert sign(KEY, method=FILE_METHOD, path=RETURN_PATH, **SIGNED).as_line() == example("signature-file")


def test_returns_and_statements_are_read() -> None:
    returned = read_returns("return.csv", example("return").encode())
    treasury = read_statement("treasury.csv", example("treasury-statement").encode())
    budget = read_statement("budget.csv", example("budget-statement").encode())

    assert [line.result for line in returned] == list(RESULTS)
    assert (treasury.region_code, treasury.row_count, treasury.closing_fen) == (410100, 2, 100_000)
    assert (budget.year, budget.row_count, budget.closing_fen) == (2026, 2, 60_000_000)


def test_every_cause_stands_in_the_document() -> None:
    table = DOCUMENT[DOCUMENT.index("| cause |") :]

    assert {cause for cause in CAUSES if cause not in table} == set()
