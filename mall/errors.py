"""How the house says no: a refusal is a code and its facts; the words are looked up later."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """The world says no. `code` is stable, `facts` are plain values that fill the sentence.

    No prose and no HTTP live here; `mall.refusals` holds both.
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        #: set once a record of it stands in the audit, so that it is written exactly once
        self.recorded = False

    def __str__(self) -> str:
        return f"{self.code} {self.facts}" if self.facts else self.code


class WriteOutsideTransaction(RuntimeError):
    """A bug: somebody wrote to the database outside @atomic."""


class WriteWithoutAudit(AssertionError):
    """A bug: a use-case changed rows and left no audit record."""
