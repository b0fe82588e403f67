"""The ledger against a model: any course of events leaves both with the same balances and the books sound."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from ledger_scenes import DAY, NOON, REGION, YEAR, in_march, new_line, write
from sqlalchemy import text

from ledger import checks, movements
from ledger.chart_of_accounts import Account
from ledger.errors import LedgerRefusal
from ledger.posting import reverse

# The agreed table once more, as a literal: event -> debit/credit by account name. "out of plan" is money that leaves
# the line's plan: what is not yet planned first, then the month's.
OUT = "out of plan"
TABLE = {
    "appropriate": ["appropriation/available", "ceiling/unplanned"],
    "reduce_appropriation": ["available/appropriation", f"{OUT}/ceiling"],
    "freeze": ["available/frozen"],
    "unfreeze": ["frozen/available"],
    "plan_months": ["unplanned/plan_available"],
    "withdraw_plan": ["plan_available/unplanned"],
    "lapse": ["available/lapsed", f"{OUT}/plan_cancelled"],
    "reserve": ["available/reserved"],
    "release_reservation": ["reserved/available"],
    "commit": ["reserved/committed"],
    "release_commitment": ["committed/available"],
    "accrue": ["committed/accrued", "expense/payable"],
    "un_accrue": ["accrued/committed", "payable/expense"],
    "return_unpaid": ["accrued/available", "payable/expense"],
    "reclassify": ["inventory/expense"],
    "request_payment": ["accrued/in_payment", "plan_available/plan_requested", "to_send/instructed"],
    "send": ["outstanding/to_send"],
    "confirm": [
        "in_payment/paid",
        "plan_requested/plan_paid",
        "payable/fiscal_revenue",
        "expenditure/budget_revenue",
        "confirmed/outstanding",
    ],
    "refuse_payment_before_send": ["in_payment/accrued", "plan_requested/plan_available", "instructed/to_send"],
    "refuse_payment_after_send": ["in_payment/accrued", "plan_requested/plan_available", "instructed/outstanding"],
    "bounce": [
        "paid/accrued",
        "plan_paid/plan_available",
        "fiscal_revenue/payable",
        "budget_revenue/expenditure",
        "instructed/confirmed",
    ],
    "claim_refund": ["refunds_due/expense", "to_collect/confirmed"],
    "withdraw_claim": ["expense/refunds_due", "confirmed/to_collect"],
    "receive_refund": [
        "paid/available",
        "plan_paid/plan_available",
        "fiscal_revenue/refunds_due",
        "budget_revenue/expenditure",
        "instructed/to_collect",
    ],
    "claim_prior_refund": ["refunds_due/prior_years", "to_collect/prior_claims"],
    "surrender_refund": ["surrendered/refunds_due", "collected_for_treasury/to_collect"],
    "suspend": ["unmatched/suspense"],
    "settle_suspense": ["suspense/unmatched"],
}
# The end of a year is two postings: what leaves a line of the old year enters its successor in the new one.
CARRIED = {
    "reserved": (["reserved/carried_out", f"{OUT}/plan_cancelled"], ["carried_in/reserved", "ceiling/unplanned"]),
    "committed": (["committed/carried_out", f"{OUT}/plan_cancelled"], ["carried_in/committed", "ceiling/unplanned"]),
    "accrued": (
        ["accrued/carried_out", f"{OUT}/plan_cancelled", "payable/year_bridge"],
        ["carried_in/accrued", "ceiling/unplanned", "year_bridge/payable"],
    ),
    "available": (["available/carried_out", f"{OUT}/plan_cancelled"], ["carried_in/available", "ceiling/unplanned"]),
}
CHAIN = ("reserve", "commit", "accrue", "request_payment", "send", "confirm", "claim_refund", "receive_refund")
# After how many steps of the chain a way back or aside is open.
ASIDE = {
    "release_reservation": 1,
    "release_commitment": 2,
    "un_accrue": 3,
    "return_unpaid": 3,
    "reclassify": 3,
    "refuse_payment_before_send": 4,
    "refuse_payment_after_send": 5,
    "bounce": 6,
    "withdraw_claim": 7,
}
OF_THE_LINE = {
    "appropriation", "available", "frozen", "lapsed", "ceiling", "unplanned", "plan_cancelled",
}  # fmt: skip
MUST_STAY_DEBIT = {
    "appropriation", "carried_in", "ceiling", "expense", "inventory", "refunds_due", "surrendered", "to_send",
    "outstanding", "confirmed", "to_collect", "collected_for_treasury", "unmatched",
}  # fmt: skip
MUST_STAY_CREDIT = {
    "available", "frozen", "lapsed", "carried_out", "reserved", "committed", "accrued", "in_payment", "paid",
    "payable", "suspense", "unplanned", "plan_available", "plan_requested", "plan_paid", "plan_cancelled",
}  # fmt: skip
MONTH = "month:03"
WITH_COST = {"accrue", "un_accrue", "return_unpaid", "claim_refund", "withdraw_claim"}
WITH_PLAN = {
    "request_payment", "refuse_payment_before_send", "refuse_payment_after_send", "bounce", "receive_refund",
}  # fmt: skip
ONLY_OF_THE_LINE = {"appropriate", "reduce_appropriation", "freeze", "unfreeze", "lapse"}
ONLY_OF_THE_PLAN = {"plan_months", "withdraw_plan"}


class Model:
    """Balances by (account, line, document or month), debit positive."""

    def __init__(self):
        self.balances = Counter()

    def key(self, account, line_id, document):
        if account in OF_THE_LINE:
            return account, line_id, ""
        return account, line_id, MONTH if account == "plan_available" else document

    def changes(self, pairs, by_line, document):
        changes = Counter()
        for line_id, amount_fen in by_line.items():
            for pair in pairs:
                for account, sign in zip(pair.split("/"), (1, -1), strict=True):
                    for part, part_fen in self.parts(account, line_id, amount_fen):
                        changes[self.key(part, line_id, document)] += sign * part_fen
        return changes

    def parts(self, account, line_id, amount_fen):
        if account != OUT:
            return [(account, amount_fen)]
        planned_fen = self.planned_cut(line_id, amount_fen)
        return [("unplanned", amount_fen - planned_fen), ("plan_available", planned_fen)]

    def planned_cut(self, line_id, amount_fen):
        unplanned_fen = -self.balances[("unplanned", line_id, "")]
        return min(max(0, amount_fen - unplanned_fen), -self.balances[("plan_available", line_id, MONTH)])

    def allows(self, changes):
        for key, change in changes.items():
            after = self.balances[key] + change
            if (key[0] in MUST_STAY_DEBIT and after < 0) or (key[0] in MUST_STAY_CREDIT and after > 0):
                return False
        return True

    def source_fen(self, name, line_id, document):
        """What stands where the event takes from."""
        taken_from = {
            "send": "to_send", "claim_refund": "confirmed", "claim_prior_refund": "reserved", "reclassify": "expense",
            "withdraw_claim": "refunds_due", "surrender_refund": "refunds_due", "suspend": "reserved",
        }  # fmt: skip
        account = taken_from.get(name, TABLE[name][0].split("/")[0])
        return abs(self.balances[self.key(account, line_id, document)])


SIZES = {
    "all": lambda there: there,
    "half": lambda there: there // 2,
    "one fen": lambda _: 1,
    "one too much": lambda there: there + 1,
}
LINES, DOCUMENTS = st.integers(0, 3), st.integers(0, 2)
DEEDS = st.one_of(
    st.tuples(st.just("event"), st.sampled_from(sorted(TABLE)), LINES, DOCUMENTS, st.sampled_from(sorted(SIZES))),
    # Random events alone hardly ever reach a payment: push one purchase down the chain.
    st.tuples(
        st.just("push"), st.integers(1, len(CHAIN)), LINES, DOCUMENTS, st.sampled_from(["all", "half", "one fen"])
    ),
    st.tuples(st.just("aside"), st.sampled_from(sorted(ASIDE)), LINES, DOCUMENTS, st.sampled_from(sorted(SIZES))),
    st.tuples(st.just("both lines"), st.sampled_from(CHAIN), DOCUMENTS, st.sampled_from(["half", "one fen"])),
    st.tuples(
        st.just("carry"), st.sampled_from(sorted(CARRIED)), st.integers(0, 1), DOCUMENTS, st.sampled_from(sorted(SIZES))
    ),
    st.tuples(st.just("year end"), DOCUMENTS),
    st.tuples(st.just("replay"), st.integers(0, 30)),
    st.tuples(st.just("changed replay"), st.integers(0, 30)),
    st.tuples(st.just("reversal"), st.integers(0, 30)),
)


class Course:
    """One course of events, told to the ledger and to the model: two lines of a year and their successors."""

    def __init__(self, connection):
        self.connection = connection
        self.model = Model()
        self.lines = [new_line(connection, year=year) for year in (YEAR, YEAR, YEAR + 1, YEAR + 1)]
        self.written = []
        self.reversed = set()
        self.number = 0

    def year_of(self, line_id):
        return YEAR if line_id in self.lines[:2] else YEAR + 1

    def tell(self, name, by_line, document):
        entries = self.entries(name, by_line, document)
        changes = self.model.changes(TABLE[name], by_line, document)
        source, year = self.next_source(), self.year_of(next(iter(by_line)))
        accepted = self.attempt(lambda: write(self.connection, name, entries, source=source, year=year))
        assert bool(accepted) is self.model.allows(changes), (name, by_line, document)
        if accepted:
            event(f"posted {name}")
            self.model.balances.update(changes)
            self.written.append((accepted.txn_id, source, year, name, entries, changes))

    def entries(self, name, by_line, document):
        if name in ONLY_OF_THE_PLAN:
            return getattr(movements, name)(in_march(by_line))
        more = {} if name in ONLY_OF_THE_LINE else {"document": document}
        more |= {"cost": Account.EXPENSE} if name in WITH_COST else {}
        more |= {"plan": in_march(by_line)} if name in WITH_PLAN else {}
        more |= {"debit": Account.INVENTORY, "credit": Account.EXPENSE} if name == "reclassify" else {}
        if any(OUT in pair for pair in TABLE[name]):
            more |= {"planned": self.planned(by_line)}
        return getattr(movements, name)(by_line, **more)

    def planned(self, by_line):
        cuts = {line_id: self.model.planned_cut(line_id, amount_fen) for line_id, amount_fen in by_line.items()}
        return in_march({line_id: cut_fen for line_id, cut_fen in cuts.items() if cut_fen})

    def next_source(self):
        self.number += 1
        return f"event:{self.number}"

    def attempt(self, work, expected="ledger.insufficient"):
        savepoint = self.connection.begin_nested()
        try:
            answer = work()
        except LedgerRefusal as refusal:
            savepoint.rollback()
            assert refusal.code == expected
            return None
        savepoint.commit()
        return answer

    def do(self, deed):
        kind, *rest = deed
        getattr(self, kind.replace(" ", "_"))(*rest)

    def event(self, name, line, document, size):
        line_id, document = self.lines[line], f"order:{document}"
        there = 1_000 if name == "appropriate" else self.model.source_fen(name, line_id, document)
        self.tell(name, {line_id: max(SIZES[size](there), 1)}, document)

    def push(self, steps, line, document, size):
        self.tell("appropriate", {self.lines[line]: 1_000}, "")
        self.tell("plan_months", {self.lines[line]: 700}, "")
        for name in CHAIN[:steps]:
            self.event(name, line, document, size)

    def aside(self, name, line, document, size):
        self.push(ASIDE[name], line, document, "all")
        self.event(name, line, document, size)

    def both_lines(self, name, document, size):
        document = f"order:{document}"
        amounts = {line: max(SIZES[size](self.model.source_fen(name, line, document)), 1) for line in self.lines[:2]}
        self.tell(name, amounts, document)

    def carry(self, standing, line, document, size):
        old, new = self.lines[line], self.lines[line + 2]
        document = f"year_end:{document}" if standing == "available" else f"order:{document}"
        amount_fen = max(SIZES[size](abs(self.model.balances[self.model.key(standing, old, document)])), 1)
        planned = self.planned({old: amount_fen})
        if standing == "available":
            outgoing = movements.carry_out_available({old: amount_fen}, document=document, planned=planned)
            incoming = movements.carry_in_available({new: amount_fen}, document=document)
        else:
            account = Account[standing.upper()]
            outgoing = movements.carry_out({old: amount_fen}, document=document, standing=account, planned=planned)
            incoming = movements.carry_in({new: amount_fen}, document=document, standing=account)
        leaves, enters = CARRIED[standing]
        changes = self.model.changes(leaves, {old: amount_fen}, document)
        changes.update(self.model.changes(enters, {new: amount_fen}, document))
        source = self.next_source()

        def both():
            write(self.connection, "carry_out", outgoing, source=source, causation=source)
            return write(self.connection, "carry_in", incoming, source=source, year=YEAR + 1, causation=source)

        assert bool(self.attempt(both)) is self.model.allows(changes), (standing, amount_fen)
        if self.model.allows(changes):
            event(f"carried {standing}")
            self.model.balances.update(changes)

    def year_end(self, document):
        """Everything of one document goes along, and what is free on its lines lapses."""
        for line in (0, 1):
            for standing in ("reserved", "committed", "accrued"):
                if self.model.balances[(standing, self.lines[line], f"order:{document}")]:
                    self.carry(standing, line, document, "all")
            if self.model.balances[("available", self.lines[line], "")]:
                self.event("lapse", line, document, "all")

    def replay(self, which):
        if self.written:
            txn_id, source, year, name, entries, _ = self.written[which % len(self.written)]
            again = write(self.connection, name, entries, source=source, year=year)
            assert (again.txn_id, again.replayed) == (txn_id, True)

    def changed_replay(self, which):
        if self.written:
            _, source, year, name, entries, _ = self.written[which % len(self.written)]
            changed = [entry._replace(amount_fen=entry.amount_fen * 2) for entry in entries]
            answer = self.attempt(
                lambda: write(self.connection, name, changed, source=source, year=year),
                expected="ledger.replay_differs",
            )
            assert answer is None

    def reversal(self, which):
        open_ones = [row for row in self.written if row[0] not in self.reversed]
        if not open_ones:
            return
        txn_id, _, year, _, _, changes = open_ones[which % len(open_ones)]
        negated = Counter({key: -change for key, change in changes.items()})
        undone = self.attempt(
            lambda: reverse(
                self.connection,
                txn_id,
                region_code=REGION,
                year=year,
                effective_on=DAY.replace(year=year),
                posted_at=NOON,
                actor="会计",
            )
        )
        assert bool(undone) is self.model.allows(negated)
        if undone:
            event("reversed")
            self.reversed.add(txn_id)
            self.model.balances.update(negated)

    def ledger_balances(self):
        rows = self.connection.execute(
            text(
                "select c.name, e.line_id, e.sub, sum(e.amount_fen)::bigint from ledger.entry e"
                " join ledger.chart_of_accounts c on c.code = e.coa"
                " where e.line_id = any(:lines) group by 1, 2, 3 having sum(e.amount_fen) <> 0"
            ),
            {"lines": self.lines},
        )
        return {tuple(row[:3]): row[3] for row in rows}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=3, max_size=14))
def test_the_ledger_and_its_model_agree(ledger_books, deeds):
    expect_agreement(ledger_books, deeds)


@pytest.mark.long
@settings(max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=50, max_size=80))
def test_the_ledger_and_its_model_agree_over_long_courses(ledger_books, deeds):
    expect_agreement(ledger_books, deeds, every_step=True)


def expect_agreement(ledger_books, deeds, *, every_step=False):
    with ledger_books.connection(as_application=True) as connection:
        course = Course(connection)

        for deed in deeds:
            course.do(deed)
            if every_step:
                assert checks.run_all(connection) == [], deed

        expected = {key: balance for key, balance in course.model.balances.items() if balance}
        assert course.ledger_balances() == expected
        assert checks.run_all(connection) == []


def test_the_model_speaks_of_every_movement_but_those_of_assets():
    functions = {
        name for name, value in vars(movements).items() if getattr(value, "__module__", "") == "ledger.movements"
    }
    put_together_from_others = {"adjust_appropriation", "transfer_appropriation", "month_key"}
    of_the_year_end = {"carry_out", "carry_in", "carry_out_available", "carry_in_available"}

    spoken_of = set(TABLE) | put_together_from_others | of_the_year_end
    assert {name for name in functions if not name.startswith("_")} - spoken_of == {
        "register_asset", "carry_out_assets", "carry_in_assets",
    }  # fmt: skip
