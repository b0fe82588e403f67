"""What the execution of a worksheet posts: the old year's side, dated in it, and the new year's side, dated today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ledger import movements
from ledger.cash_plan import months_from_text
from ledger.chart_of_accounts import Account
from ledger.posting import Entry
from mall.documents.advance import Posting

if TYPE_CHECKING:
    from mall.year_end.worksheet import YearEndRow, YearEndWorksheet

ByLine = dict[int, int]

#: standings of an order's money and the account each is kept in
CARRIED_STANDINGS = {"reserved": Account.RESERVED, "committed": Account.COMMITTED, "accrued": Account.ACCRUED}
LAPSING = ("reserved", "committed", "available", "frozen")


def post_worksheet(worksheet: YearEndWorksheet, facts: dict[str, Any]) -> list[Posting]:
    """Executed: frozen / available and available / lapsed; per order and standing carried out of the year and into the
    next; free money, waiting assets and open refund claims likewise.

    `facts["successors"]`: {line id as text: the next year's line}; `facts["planned"]`: {event: plan months that the
    posting takes money out of}, as `plan_cuts` computes them.
    """
    books = _Books(worksheet, facts)
    return [*books.lapsed(), *books.carried_orders(), *books.carried_free(), *books.carried_assets(), *books.claims()]


def money_leaving(worksheet: YearEndWorksheet) -> list[tuple[str, ByLine]]:
    """(event, {line: fen}) of the postings that take budget money out of the old year, in the order of posting.

    What lapses with an order has become free when its order was cancelled: it lapses with the other free money.
    """
    leaving = []
    lapsing = _sums(worksheet, LAPSING, "lapse")
    if lapsing:
        leaving.append(("lapse", lapsing))
    for (document, standing), by_line in _orders(worksheet).items():
        leaving.append((_event("carry_out", standing, document), by_line))
    free = _sums(worksheet, ("available",), "carry")
    if free:
        leaving.append(("carry_out_available", free))
    return leaving


class _Books:
    """The postings of one worksheet."""

    def __init__(self, worksheet: YearEndWorksheet, facts: dict[str, Any]) -> None:
        self.worksheet = worksheet
        self.successors = {int(old): int(new) for old, new in facts["successors"].items()}
        self.planned = {event: months_from_text(plan) for event, plan in facts["planned"].items()}
        self.leaving = dict(money_leaving(worksheet))

    def lapsed(self) -> list[Posting]:
        frozen = _sums(self.worksheet, ("frozen",), "lapse")
        thawed = [self._old("thaw", movements.unfreeze(frozen))] if frozen else []
        if "lapse" not in self.leaving:
            return thawed
        entries = movements.lapse(self.leaving["lapse"], planned=self.planned.get("lapse"))
        return [*thawed, self._old("lapse", entries)]

    def carried_orders(self) -> list[Posting]:
        postings = []
        for (document, standing), by_line in _orders(self.worksheet).items():
            event, account = _event("carry_out", standing, document), CARRIED_STANDINGS[standing]
            out = movements.carry_out(by_line, document=document, standing=account, planned=self.planned.get(event))
            into = movements.carry_in(self._next(by_line), document=document, standing=account)
            postings += [self._old(event, out), self._new(_event("carry_in", standing, document), into)]
        return postings

    def carried_free(self) -> list[Posting]:
        if "carry_out_available" not in self.leaving:
            return []
        by_line, document = self.leaving["carry_out_available"], self.worksheet.reference
        planned = self.planned.get("carry_out_available")
        out = movements.carry_out_available(by_line, document=document, planned=planned)
        into = movements.carry_in_available(self._next(by_line), document=document)
        return [self._old("carry_out_available", out), self._new("carry_in_available", into)]

    def carried_assets(self) -> list[Posting]:
        return self._both("assets", "accepted_assets", movements.carry_out_assets, movements.carry_in_assets)

    def claims(self) -> list[Posting]:
        """A claim that the year's end overtakes: withdrawn in its year, raised against earlier years in the new one."""
        postings = []
        for document, rows in sorted(_by_document(self.worksheet, "refunds_due").items()):
            out: list[Entry] = []
            for row in rows:
                for cost, amount_fen in sorted(row.costs.items()):
                    taken = {row.budget_line_id: amount_fen}
                    out += movements.withdraw_claim(taken, document=document, cost=Account[cost.upper()])
            claimed: ByLine = {row.budget_line_id: row.amount_fen for row in rows}
            into = movements.claim_prior_refund(self._next(claimed), document=document)
            postings += [
                self._old(_event("withdraw_claim", "", document), out),
                self._new(_event("claim_prior", "", document), into),
            ]
        return postings

    def _both(
        self, word: str, standing: str, out: Callable[..., list[Entry]], into: Callable[..., list[Entry]]
    ) -> list[Posting]:
        postings = []
        for document, rows in sorted(_by_document(self.worksheet, standing).items()):
            by_line = {row.budget_line_id: row.amount_fen for row in rows}
            postings += [
                self._old(_event("carry_out", word, document), out(by_line, document=document)),
                self._new(_event("carry_in", word, document), into(self._next(by_line), document=document)),
            ]
        return postings

    def _next(self, by_line: ByLine) -> ByLine:
        """The same amounts on the next year's lines."""
        return {self.successors[line_id]: amount_fen for line_id, amount_fen in by_line.items()}

    def _old(self, event: str, entries: list[Entry]) -> Posting:
        return self._posting(self.worksheet.year, event, entries)

    def _new(self, event: str, entries: list[Entry]) -> Posting:
        return self._posting(self.worksheet.year + 1, event, entries)

    def _posting(self, year: int, event: str, entries: list[Entry]) -> Posting:
        return Posting(
            region_code=self.worksheet.region_code,
            year=year,
            source_type="year_end",
            source_id=self.worksheet.number,
            event=event,
            entries=entries,
            memo=f"{self.worksheet.year} 年度年末清理",
            causation=self.worksheet.reference,
        )


def _event(deed: str, word: str, document: str) -> str:
    """What names one posting of the worksheet: the deed first, so that it can be put into words."""
    return ".".join(part for part in (deed, word, document.removeprefix("order:")) if part)


def _sums(worksheet: YearEndWorksheet, standings: tuple[str, ...], treatment: str) -> ByLine:
    sums: ByLine = defaultdict(int)
    for row in worksheet.rows:
        if row.standing in standings and row.treatment == treatment:
            sums[row.budget_line_id] += row.amount_fen
    return dict(sorted(sums.items()))


def _orders(worksheet: YearEndWorksheet) -> dict[tuple[str, str], ByLine]:
    """{(order, standing): {line: fen}} of what is carried, order by order."""
    found: dict[tuple[str, str], ByLine] = defaultdict(dict)
    for row in worksheet.rows:
        if row.standing in CARRIED_STANDINGS and row.treatment == "carry":
            found[row.document, row.standing][row.budget_line_id] = row.amount_fen
    return dict(sorted(found.items()))


def _by_document(worksheet: YearEndWorksheet, standing: str) -> dict[str, list[YearEndRow]]:
    found: dict[str, list[YearEndRow]] = defaultdict(list)
    for row in worksheet.rows:
        if row.standing == standing and row.treatment == "carry":
            found[row.document].append(row)
    return dict(found)
