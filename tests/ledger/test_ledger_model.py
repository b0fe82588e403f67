"""The ledger against a model: any course of events leaves both with the same balances and the books sound."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from ledger_scenes import DAY, NOON, REGION, YEAR, new_line, write
from sqlalchemy import text

from ledger import checks, movements
from ledger.chart_of_accounts import Account
from ledger.errors import LedgerRefusal
from ledger.posting import reverse

# The agreed table once more, as a literal: event -> (debit, credit) by account name.
TABLE = {
    "appropriate": ["appropriation/available"],
    "reduce_appropriation": ["available/appropriation"],
    "freeze": ["available/frozen"],
    "unfreeze": ["frozen/available"],
    "reserve": ["available/reserved"],
    "release_reservation": ["reserved/available"],
    "commit": ["reserved/committed"],
    "release_commitment": ["committed/available"],
    "accrue": ["committed/accrued", "expense/payable"],
    "un_accrue": ["accrued/committed", "payable/expense"],
    "return_unpaid": ["accrued/available", "payable/expense"],
    "request_payment": ["accrued/in_payment", "to_send/instructed"],
    "send": ["outstanding/to_send"],
    "confirm": [
        "in_payment/paid",
        "payable/fiscal_revenue",
        "expenditure/budget_revenue",
        "confirmed/outstanding",
    ],
    "refuse_payment_before_send": ["in_payment/accrued", "instructed/to_send"],
    "refuse_payment_after_send": ["in_payment/accrued", "instructed/outstanding"],
    "claim_refund": ["refunds_due/expense", "to_collect/confirmed"],
    "receive_refund": [
        "paid/available",
        "fiscal_revenue/refunds_due",
        "budget_revenue/expenditure",
        "instructed/to_collect",
    ],
}
CHAIN = ("reserve", "commit", "accrue", "request_payment", "send", "confirm", "claim_refund", "receive_refund")
# After how many steps of the chain a way back is open.
WAYS_BACK = {
    "release_reservation": 1,
    "release_commitment": 2,
    "un_accrue": 3,
    "return_unpaid": 3,
    "refuse_payment_before_send": 4,
    "refuse_payment_after_send": 5,
}
OF_THE_LINE = {"appropriation", "available", "frozen"}
MUST_STAY_DEBIT = {"appropriation", "expense", "refunds_due", "to_send", "outstanding", "confirmed", "to_collect"}
MUST_STAY_CREDIT = {
    "available", "frozen", "reserved", "committed", "accrued", "in_payment", "paid", "payable",
}  # fmt: skip
WITH_COST = {"accrue", "un_accrue", "return_unpaid", "claim_refund"}
ONLY_OF_THE_LINE = {"appropriate", "reduce_appropriation", "freeze", "unfreeze"}


class Model:
    """Balances by (account, line, document), debit positive."""

    def __init__(self):
        self.balances = Counter()

    def changes(self, name, by_line, document):
        changes = Counter()
        for line_id, amount_fen in by_line.items():
            for pair in TABLE[name]:
                for account, sign in zip(pair.split("/"), (1, -1), strict=True):
                    changes[(account, line_id, "" if account in OF_THE_LINE else document)] += sign * amount_fen
        return changes

    def allows(self, changes):
        for key, change in changes.items():
            after = self.balances[key] + change
            if (key[0] in MUST_STAY_DEBIT and after < 0) or (key[0] in MUST_STAY_CREDIT and after > 0):
                return False
        return True

    def source_fen(self, name, line_id, document):
        """What stands where the event takes from."""
        account = {"send": "to_send", "claim_refund": "confirmed"}.get(name, TABLE[name][0].split("/")[0])
        return abs(self.balances[(account, line_id, "" if account in OF_THE_LINE else document)])


SIZES = {
    "all": lambda there: there,
    "half": lambda there: there // 2,
    "one fen": lambda _: 1,
    "one too much": lambda there: there + 1,
}
DEEDS = st.one_of(
    st.tuples(
        st.just("event"), st.sampled_from(sorted(TABLE)), st.integers(0, 1), st.integers(0, 2),
        st.sampled_from(sorted(SIZES)),
    ),
    # Random events alone hardly ever reach a payment: push one purchase down the chain.
    st.tuples(
        st.just("push"), st.integers(1, len(CHAIN)), st.integers(0, 1), st.integers(0, 2),
        st.sampled_from(["all", "half", "one fen"]),
    ),
    st.tuples(
        st.just("way back"), st.sampled_from(sorted(WAYS_BACK)), st.integers(0, 1), st.integers(0, 2),
        st.sampled_from(sorted(SIZES)),
    ),
    st.tuples(st.just("both lines"), st.sampled_from(CHAIN), st.integers(0, 2), st.sampled_from(["half", "one fen"])),
    st.tuples(st.just("replay"), st.integers(0, 30)),
    st.tuples(st.just("changed replay"), st.integers(0, 30)),
    st.tuples(st.just("reversal"), st.integers(0, 30)),
)  # fmt: skip


class Course:
    """One course of events, told to the ledger and to the model."""

    def __init__(self, connection):
        self.connection = connection
        self.model = Model()
        self.lines = [new_line(connection), new_line(connection)]
        self.written = []
        self.reversed = set()
        self.number = 0

    def tell(self, name, by_line, document):
        more = {} if name in ONLY_OF_THE_LINE else {"document": document}
        more |= {"cost": Account.EXPENSE} if name in WITH_COST else {}
        entries = getattr(movements, name)(by_line, **more)
        changes = self.model.changes(name, by_line, document)
        self.number += 1
        source = f"event:{self.number}"
        accepted = self.attempt(lambda: write(self.connection, name, entries, source=source))
        assert bool(accepted) is self.model.allows(changes), (name, by_line, document)
        if accepted:
            event(f"posted {name}")
            self.model.balances.update(changes)
            self.written.append((accepted.txn_id, source, name, entries, changes))

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
        for name in CHAIN[:steps]:
            self.event(name, line, document, size)

    def way_back(self, name, line, document, size):
        self.push(WAYS_BACK[name], line, document, "all")
        self.event(name, line, document, size)

    def both_lines(self, name, document, size):
        document = f"order:{document}"
        amounts = {line: max(SIZES[size](self.model.source_fen(name, line, document)), 1) for line in self.lines}
        self.tell(name, amounts, document)

    def replay(self, which):
        if self.written:
            txn_id, source, name, entries, _ = self.written[which % len(self.written)]
            again = write(self.connection, name, entries, source=source)
            assert (again.txn_id, again.replayed) == (txn_id, True)

    def changed_replay(self, which):
        if self.written:
            _, source, name, entries, _ = self.written[which % len(self.written)]
            changed = [entry._replace(amount_fen=entry.amount_fen * 2) for entry in entries]
            answer = self.attempt(
                lambda: write(self.connection, name, changed, source=source), expected="ledger.replay_differs"
            )
            assert answer is None

    def reversal(self, which):
        open_ones = [row for row in self.written if row[0] not in self.reversed]
        if not open_ones:
            return
        txn_id, _, _, _, changes = open_ones[which % len(open_ones)]
        negated = Counter({key: -change for key, change in changes.items()})
        undone = self.attempt(
            lambda: reverse(
                self.connection, txn_id, region_code=REGION, year=YEAR, effective_on=DAY, posted_at=NOON, actor="会计"
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
@given(deeds=st.lists(DEEDS, min_size=10, max_size=60))
def test_the_ledger_and_its_model_agree_over_long_courses(ledger_books, deeds):
    expect_agreement(ledger_books, deeds)


def expect_agreement(ledger_books, deeds):
    with ledger_books.connection(as_application=True) as connection:
        course = Course(connection)

        for deed in deeds:
            course.do(deed)

        expected = {key: balance for key, balance in course.model.balances.items() if balance}
        assert course.ledger_balances() == expected
        assert checks.run_all(connection) == []


def test_the_model_speaks_of_every_movement_but_the_two_at_the_edge():
    functions = {
        name for name, value in vars(movements).items() if getattr(value, "__module__", "") == "ledger.movements"
    }
    put_together_from_others = {"adjust_appropriation", "transfer_appropriation"}

    spoken_of = set(TABLE) | put_together_from_others
    assert {name for name in functions if not name.startswith("_")} - spoken_of == {"lapse", "register_asset"}
