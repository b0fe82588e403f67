"""Every check sees the damage it is there for: sound books are broken by a superuser with the triggers taken away."""

import pytest
from ledger_scenes import DAY, NOON, ORDER, REGION, YEAR, in_march, new_line, write
from sqlalchemy import text

from ledger import checks, movements
from ledger.chart_of_accounts import Account
from ledger.posting import move, reverse

A = Account


@pytest.fixture
def broken_into(owner_session):
    """Books with one purchase paid and one reversed; triggers and constraints are gone until the rollback."""
    line_id = new_line(owner_session, amount_fen=1_000, is_planned=True)
    by_line = {line_id: 600}
    write(owner_session, "submit", movements.reserve(by_line, document=ORDER))
    write(owner_session, "approve", movements.commit(by_line, document=ORDER))
    write(owner_session, "accept", movements.accrue(by_line, document=ORDER, cost=A.EXPENSE))
    write(owner_session, "request", movements.request_payment(by_line, document=ORDER, plan=in_march(by_line)))
    write(owner_session, "send", movements.send(by_line, document=ORDER))
    write(owner_session, "confirm", movements.confirm({line_id: 400}, document=ORDER))
    other = write(owner_session, "submit", movements.reserve({line_id: 50}, document="order:2"), source="order:2")
    reverse(
        owner_session, other.txn_id, region_code=REGION, year=YEAR, effective_on=DAY, posted_at=NOON, actor="会计"
    )  # fmt: skip
    assert checks.run_all(owner_session) == []
    for table in ("txn", "entry", "account", "budget_line", "period"):
        owner_session.execute(text(f"alter table ledger.{table} disable trigger all"))
    owner_session.execute(text("alter table ledger.account drop constraint account_never_leaves_its_side"))
    owner_session.execute(text("drop index ledger.entry_of_guarded_account, ledger.txn_reversed_once"))
    owner_session.line_id = line_id
    return owner_session


ENTRY_OF = (
    "(select id from ledger.txn where event = '{event}' and source_id = 'DD-410100-2026-000001'"
    " and region = 410100 and year = 2026)"
)
OF = f"region = {REGION} and year = {YEAR} and line_id = :line_id"

# (what is done to the books, the checks that must see it)
DAMAGE = {
    "an amount is changed": (
        f"update ledger.entry set amount_fen = amount_fen + 1 where {OF} and coa = {A.EXPENDITURE:d}",
        {"balanced_per_book", "paid_matches"},
    ),
    "a txn loses all its entries": (
        f"delete from ledger.entry where {OF} and txn_id = {ENTRY_OF.format(event='send')}",
        {"whole_txns", "stored_balances", "gapless_sequences", "running_balances"},
    ),
    "a txn is deleted": (
        f"delete from ledger.txn where id = {ENTRY_OF.format(event='approve')}",
        {"whole_txns"},
    ),
    "a budget line is deleted": ("delete from ledger.budget_line where id = :line_id", {"whole_txns"}),
    "an entry moves to an unknown account": (
        f"update ledger.entry set coa = 9999 where {OF} and coa = {A.EXPENDITURE:d}",
        {"balanced_per_book", "whole_txns", "paid_matches"},
    ),
    "a line account gets a document": (
        f"update ledger.entry set sub = 'order:9' where {OF} and coa = {A.APPROPRIATION:d}",
        {"whole_txns", "stored_balances"},
    ),
    "a stored balance is changed": (
        f"update ledger.account set balance_fen = balance_fen - 1 where {OF} and coa = {A.AVAILABLE:d}",
        {"stored_balances", "budget_equation"},
    ),
    "a stored number is changed": (
        f"update ledger.account set seq = seq + 1 where {OF} and coa = {A.AVAILABLE:d}",
        {"stored_balances"},
    ),
    "an unguarded account stores a balance": (
        f"insert into ledger.account values (:line_id, 5, {REGION}, 1, {YEAR}, {A.EXPENDITURE:d}, 1, 'order:x')",
        {"stored_balances"},
    ),
    "the appropriation is changed in both places": (
        f"with e as (update ledger.entry set amount_fen = 1001, balance_after_fen = 1001"
        f" where {OF} and coa = {A.APPROPRIATION:d})"
        f" update ledger.account set balance_fen = 1001 where {OF} and coa = {A.APPROPRIATION:d}",
        {"balanced_per_book", "budget_equation", "plan_ceiling_matches"},
    ),
    "a plan ceiling is changed in both places": (
        f"with e as (update ledger.entry set amount_fen = 1001, balance_after_fen = 1001"
        f" where {OF} and coa = {A.CEILING:d})"
        f" update ledger.account set balance_fen = 1001 where {OF} and coa = {A.CEILING:d}",
        {"balanced_per_book", "plan_equation", "plan_ceiling_matches"},
    ),
    "plan money of a later month was drawn": (
        f"with a as (update ledger.account set sub = 'month:09' where {OF} and coa = {A.PLAN_AVAILABLE:d})"
        f" update ledger.entry set sub = 'month:09' where {OF} and coa = {A.PLAN_AVAILABLE:d}",
        {"plan_month_reached"},
    ),
    "an entry is numbered twice": (
        f"update ledger.entry set seq = 1 where {OF} and coa = {A.AVAILABLE:d} and seq = 2",
        {"gapless_sequences", "running_balances"},
    ),
    "an unguarded entry is numbered": (
        f"update ledger.entry set seq = 1, balance_after_fen = amount_fen where {OF} and coa = {A.EXPENDITURE:d}",
        {"gapless_sequences"},
    ),
    "a running balance is changed": (
        f"update ledger.entry set balance_after_fen = balance_after_fen - 1 where {OF} and coa = {A.PAID:d}",
        {"running_balances"},
    ),
    "a line was overdrawn and filled up again": (
        f"update ledger.entry set balance_after_fen = 5 where {OF} and coa = {A.AVAILABLE:d} and seq = 2",
        {"running_balances", "never_on_the_wrong_side"},
    ),
    "a balance stands on the wrong side": (
        f"update ledger.account set balance_fen = 5 where {OF} and coa = {A.AVAILABLE:d}",
        {"stored_balances", "never_on_the_wrong_side", "budget_equation"},
    ),
    "a reversal is changed on both sides": (
        f"update ledger.entry set amount_fen = amount_fen * 2 where {OF} and sub in ('', 'order:2')"
        " and txn_id in (select id from ledger.txn where reverses is not null)",
        {"stored_balances", "running_balances", "exact_reversals"},
    ),
    "a reversal points nowhere": (
        "update ledger.txn set reverses = 1 where reverses is not null and source_id = '2'"
        f" and region = {REGION} and year = {YEAR}",
        {"exact_reversals"},
    ),
    "a txn is effective in another year": (
        f"update ledger.txn set effective_on = date '2027-03-02' where id = {ENTRY_OF.format(event='send')}",
        {"dated_inside_the_year"},
    ),
    "an instruction is booked on another order": (
        f"update ledger.entry set sub = 'order:2' where {OF} and coa = {A.INSTRUCTED:d}",
        {"treasury_sums", "reserved_first"},
    ),
    "a seal stands without the one before it": (
        "insert into ledger.seal (region, year, no, algorithm, first_seq, last_seq, last_xid, last_txn_id, root,"
        " previous, hash, sealed_at) select region, year, 2, 'sha256', 2, 2, xid, id, sha256(''), sha256(''),"
        f" sha256(''), posted_at from ledger.txn where id = {ENTRY_OF.format(event='send')}",
        {"seals_chained"},
    ),
    "a txn is sealed that is not there": (
        f"insert into ledger.sealed_txn (region, year, seq, no, txn_id, leaf)"
        f" values ({REGION}, {YEAR}, 1, 1, 999999, sha256(''))",
        {"seals_chained"},
    ),
    "a month is forgotten": ("delete from ledger.period where month = 3", {"dated_inside_the_year"}),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_check_sees_what_was_done_to_the_rows(broken_into, damage):
    statement, expected = DAMAGE[damage]
    done = broken_into.execute(text(statement), {"line_id": broken_into.line_id} if ":line_id" in statement else {})

    found = {finding.check for finding in checks.run_all(broken_into)}

    assert done.rowcount > 0
    assert found == expected


def without(entries, *accounts):
    return [entry for entry in entries if entry.account not in accounts]


# Postings that balance and keep every guard, but leave out or mistake a part: the mistakes of a template.
MISTAKES = {
    "accepted without a payable": (
        lambda by: without(movements.accrue(by, document="order:3", cost=A.EXPENSE), A.EXPENSE, A.PAYABLE),
        2,
        {"payables_match"},
    ),
    "requested without the treasury book": (
        lambda by: without(
            movements.request_payment(by, document="order:3", plan=in_march(by)), A.TO_SEND, A.INSTRUCTED
        ),
        3,
        {"treasury_matches"},
    ),
    "confirmed without the treasury book": (
        lambda by: without(movements.confirm(by, document="order:3"), A.CONFIRMED, A.OUTSTANDING),
        5,
        {"treasury_matches"},
    ),
    "confirmed without the budgetary book": (
        lambda by: without(movements.confirm(by, document="order:3"), A.EXPENDITURE, A.BUDGET_REVENUE),
        5,
        {"paid_matches"},
    ),
    "confirmed without the financial book": (
        lambda by: without(movements.confirm(by, document="order:3"), A.PAYABLE, A.FISCAL_REVENUE),
        5,
        {"paid_matches", "payables_match"},
    ),
    "accrued without a commitment": (
        lambda by: [
            *move(debit=A.AVAILABLE, credit=A.ACCRUED, line_id=next(iter(by)), sub="order:3", amount_fen=100),
            *move(debit=A.EXPENSE, credit=A.PAYABLE, line_id=next(iter(by)), sub="order:3", amount_fen=100),
        ],
        0,
        {"reserved_first", "chain_kept"},
    ),
    "committed past the reservation": (
        lambda by: move(debit=A.AVAILABLE, credit=A.COMMITTED, line_id=next(iter(by)), sub="order:3", amount_fen=1),
        1,
        {"chain_kept"},
    ),
    "paid past every step": (
        lambda by: move(debit=A.AVAILABLE, credit=A.PAID, line_id=next(iter(by)), sub="order:3", amount_fen=1),
        1,
        {"chain_kept", "paid_matches", "plan_matches", "treasury_matches"},
    ),
    "paid from what was only reserved": (
        lambda by: [
            entry._replace(account=A.RESERVED) if entry.account is A.IN_PAYMENT else entry
            for entry in without(
                movements.confirm(by, document="order:3"), A.PAYABLE, A.FISCAL_REVENUE, A.CONFIRMED, A.OUTSTANDING,
                A.EXPENDITURE, A.BUDGET_REVENUE, A.PLAN_REQUESTED, A.PLAN_PAID,
            )
        ],
        1,
        {"chain_kept", "paid_matches", "plan_matches", "treasury_matches"},
    ),
    "claimed back without the treasury book": (
        lambda by: without(
            movements.claim_refund(by, document="order:3", cost=A.EXPENSE), A.TO_COLLECT, A.CONFIRMED
        ),
        3,
        {"refunds_match"},
    ),
    "requested without the plan": (
        lambda by: without(
            movements.request_payment(by, document="order:3", plan=in_march(by)), A.PLAN_AVAILABLE, A.PLAN_REQUESTED
        ),
        3,
        {"plan_matches"},
    ),
    "confirmed without the plan": (
        lambda by: without(movements.confirm(by, document="order:3"), A.PLAN_REQUESTED, A.PLAN_PAID),
        5,
        {"plan_matches"},
    ),
    "paid by one channel, booked by another": (
        lambda by: [
            entry._replace(account=A.BANK_DEPOSITS) if entry.account is A.FISCAL_REVENUE else entry
            for entry in movements.confirm(by, document="order:3")
        ],
        5,
        {"paid_matches"},
    ),
    "lapsed without the plan": (
        lambda by: without(movements.lapse(by, planned=in_march(by)), A.PLAN_AVAILABLE, A.PLAN_CANCELLED),
        0,
        {"plan_ceiling_matches"},
    ),
    "carried out and never in": (
        lambda by: movements.carry_out(by, document="order:3", standing=A.ACCRUED, planned=in_march(by)),
        3,
        {"carry_conserves"},
    ),
    "suspended on one side": (
        lambda by: [
            *move(debit=A.UNMATCHED, credit=A.INSTRUCTED, line_id=next(iter(by)), sub="order:3", amount_fen=1),
        ],
        1,
        {"suspense_matches", "treasury_sums"},
    ),
    "sold out of the blue": (
        lambda by: move(debit=A.EXPENSE, credit=A.FISCAL_REVENUE, line_id=next(iter(by)), sub="order:9", amount_fen=1),
        0,
        {"paid_matches", "reserved_first"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_check_sees_the_mistake_of_a_template(session, mistake):
    wrong, pushed, expected = MISTAKES[mistake]
    by_line = {new_line(session, amount_fen=1_000, is_planned=True): 100}
    chain = (
        movements.reserve(by_line, document="order:3"),
        movements.commit(by_line, document="order:3"),
        movements.accrue(by_line, document="order:3", cost=A.EXPENSE),
        movements.request_payment(by_line, document="order:3", plan=in_march(by_line)),
        movements.send(by_line, document="order:3"),
    )
    for number, entries in enumerate(chain[:pushed]):
        write(session, f"{number}", entries, source="order:3")
    assert checks.run_all(session) == []

    write(session, "the mistake", wrong(by_line), source="order:3")

    assert {finding.check for finding in checks.run_all(session)} == expected


def test_every_check_is_run_and_each_was_seen_to_find_something():
    seen = set.union(*(expected for _, expected in DAMAGE.values()), *(e for _, _, e in MISTAKES.values()))

    assert {check.__name__ for check in checks.CHECKS} == seen


def test_a_finding_says_where_and_what(broken_into):
    broken_into.execute(
        text(f"update ledger.account set balance_fen = -351 where {OF} and coa = {A.AVAILABLE:d}"),
        {"line_id": broken_into.line_id},
    )

    findings = checks.stored_balances(broken_into)

    assert findings == [
        checks.Finding(
            "stored_balances",
            410100,
            2026,
            {
                "line_id": broken_into.line_id, "coa": 1100, "sub": "",
                "stored_fen": -351, "entries_fen": -400, "stored_seq": 4, "n": 4,
            },
        )
    ]  # fmt: skip
