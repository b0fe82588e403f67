"""Posting: identity, replay, refusals, reversals, and what no template may write."""

from datetime import date, datetime

import pytest
from ledger_scenes import DAY, NOON, ORDER, REGION, YEAR, new_line, standing, write
from sqlalchemy import text

from ledger import checks, movements
from ledger.chart_of_accounts import CHART, Account
from ledger.errors import LedgerRefusal, MalformedPosting
from ledger.posting import Entry, credit, debit, move, net, post, reverse

AGAIN = {"region_code": REGION, "year": YEAR, "effective_on": DAY, "posted_at": NOON, "actor": "会计"}


def test_a_reservation_takes_from_what_is_available(session):
    line_id = new_line(session, amount_fen=1_000)

    posted = write(session, "submit", movements.reserve({line_id: 400}, document=ORDER))

    assert posted.replayed is False
    assert standing(session, line_id) == {"appropriation": 1_000, "available": 600, "reserved": 400}


def test_hold_of_the_last_fen_is_taken(session):
    line_id = new_line(session, amount_fen=1_000)

    write(session, "submit", movements.reserve({line_id: 1_000}, document=ORDER))

    assert standing(session, line_id) == {"appropriation": 1_000, "reserved": 1_000}


def test_hold_beyond_budget_is_refused_with_the_figures(session):
    line_id = new_line(session, amount_fen=1_000)

    with pytest.raises(LedgerRefusal) as refused:
        write(session, "submit", movements.reserve({line_id: 1_001}, document=ORDER))

    assert refused.value.code == "ledger.insufficient"
    assert refused.value.facts == {
        "line_id": line_id,
        "account": "available",
        "account_zh": "可用指标",
        "account_en": "Available",
        "document": "",
        "requested_fen": 1_001,
        "available_fen": 1_000,
    }


def test_a_refused_line_refuses_the_whole_order(session):
    rich, poor = new_line(session, amount_fen=1_000), new_line(session, amount_fen=10)
    savepoint = session.begin_nested()

    with pytest.raises(LedgerRefusal):
        write(session, "submit", movements.reserve({rich: 500, poor: 11}, document=ORDER))

    savepoint.rollback()
    assert standing(session, rich) == {"appropriation": 1_000, "available": 1_000}
    assert checks.run_all(session) == []


def test_the_check_stands_behind_the_friendly_refusal(owner_session):
    line_id = new_line(owner_session, amount_fen=1_000)

    with pytest.raises(Exception, match="account_never_leaves_its_side"):
        owner_session.execute(
            text("update ledger.account set balance_fen = 1 where line_id = :line_id and coa = 1100"),
            {"line_id": line_id},
        )


def test_the_same_again_answers_the_first_txn(session):
    line_id = new_line(session, amount_fen=1_000)
    entries = movements.reserve({line_id: 400}, document=ORDER)
    first = write(session, "submit", entries)

    again = write(session, "submit", list(reversed(entries)), memo="第二次")

    assert again.replayed is True
    assert again.txn_id == first.txn_id
    assert standing(session, line_id) == {"appropriation": 1_000, "available": 600, "reserved": 400}
    assert checks.run_all(session) == []


@pytest.mark.parametrize("change", ["amount", "document", "line", "date", "one entry more"])
def test_the_same_identity_with_other_content_is_refused(session, change):
    line_id, other_id = new_line(session, amount_fen=1_000), new_line(session, amount_fen=1_000)
    write(session, "submit", movements.reserve({line_id: 400}, document=ORDER))
    entries = {
        "amount": movements.reserve({line_id: 399}, document=ORDER),
        "document": movements.reserve({line_id: 400}, document="order:other"),
        "line": movements.reserve({other_id: 400}, document=ORDER),
        "date": movements.reserve({line_id: 400}, document=ORDER),
        "one entry more": movements.reserve({line_id: 400, other_id: 1}, document=ORDER),
    }[change]

    with pytest.raises(LedgerRefusal) as refused:
        write(session, "submit", entries, on=date(2026, 3, 3) if change == "date" else DAY)

    assert refused.value.code == "ledger.replay_differs"
    assert refused.value.facts["source_id"] == "DD-410100-2026-000001"


@pytest.mark.parametrize("first, again", [("both lines", "one line"), ("one line", "both lines")])
def test_a_replay_that_says_only_a_part_or_more_is_refused(session, first, again):
    one_id, other_id = new_line(session, amount_fen=1_000), new_line(session, amount_fen=1_000)
    said = {
        "one line": movements.reserve({one_id: 400}, document=ORDER),
        "both lines": movements.reserve({one_id: 400, other_id: 300}, document=ORDER),
    }
    write(session, "submit", said[first])

    with pytest.raises(LedgerRefusal) as refused:
        write(session, "submit", said[again])

    assert refused.value.code == "ledger.replay_differs"


def test_another_event_source_or_type_is_another_txn(session):
    line_id = new_line(session, amount_fen=1_000)
    entries = movements.reserve({line_id: 100}, document=ORDER)

    txns = {
        write(session, "submit", entries).txn_id,
        write(session, "resubmit", entries).txn_id,
        write(session, "submit", entries, source="order:2").txn_id,
        write(session, "submit", entries, source="plan:2").txn_id,
    }

    assert len(txns) == 4
    assert standing(session, line_id)["reserved"] == 400


def test_a_reversal_negates_exactly_and_points_at_its_original(session):
    line_id = new_line(session, amount_fen=1_000)
    original = write(session, "submit", movements.reserve({line_id: 400}, document=ORDER), causation="plan:1")

    undone = reverse(session, original.txn_id, memo="录入错误", **AGAIN)

    row = session.execute(text("select * from ledger.txn where id = :id"), {"id": undone.txn_id}).one()
    assert (row.reverses, row.event, row.causation) == (original.txn_id, "submit.reversal", "plan:1")
    assert standing(session, line_id) == {"appropriation": 1_000, "available": 1_000}
    assert checks.run_all(session) == []


def test_the_same_reversal_again_is_a_replay(session):
    line_id = new_line(session, amount_fen=1_000)
    original = write(session, "submit", movements.reserve({line_id: 400}, document=ORDER))
    first = reverse(session, original.txn_id, **AGAIN)

    again = reverse(session, original.txn_id, **AGAIN)

    assert (again.txn_id, again.replayed) == (first.txn_id, True)


def test_a_second_reversal_is_refused(session):
    line_id = new_line(session, amount_fen=1_000)
    original = write(session, "submit", movements.reserve({line_id: 400}, document=ORDER))
    first = reverse(session, original.txn_id, **AGAIN)

    with pytest.raises(LedgerRefusal) as refused:
        reverse(session, original.txn_id, **{**AGAIN, "effective_on": date(2026, 4, 1)})

    assert refused.value.code == "ledger.already_reversed"
    assert refused.value.facts == {"txn_id": original.txn_id, "reversed_by": first.txn_id}


def test_a_second_reversal_under_another_name_is_refused(session):
    line_id = new_line(session, amount_fen=1_000)
    original = write(session, "submit", movements.reserve({line_id: 400}, document=ORDER))
    reverse(session, original.txn_id, **AGAIN)

    with pytest.raises(LedgerRefusal) as refused:
        write(
            session,
            "undo",
            movements.release_reservation({line_id: 400}, document=ORDER),
            reverses=original.txn_id,
        )

    assert refused.value.code == "ledger.already_reversed"


def test_a_reversal_after_the_money_moved_on_is_refused(session):
    line_id = new_line(session, amount_fen=1_000)
    original = write(session, "submit", movements.reserve({line_id: 400}, document=ORDER))
    write(session, "approve", movements.commit({line_id: 400}, document=ORDER))

    with pytest.raises(LedgerRefusal) as refused:
        reverse(session, original.txn_id, **AGAIN)

    assert refused.value.code == "ledger.insufficient"
    assert refused.value.facts["account"] == "reserved"


def test_a_reversal_of_other_entries_is_a_bug(session):
    line_id = new_line(session, amount_fen=1_000)
    original = write(session, "submit", movements.reserve({line_id: 400}, document=ORDER))

    with pytest.raises(MalformedPosting, match="negates"):
        entries = movements.release_reservation({line_id: 399}, document=ORDER)
        write(session, "undo", entries, reverses=original.txn_id)


def test_a_date_outside_the_budget_year_is_refused(session):
    line_id = new_line(session, amount_fen=1_000)

    with pytest.raises(LedgerRefusal) as refused:
        write(session, "submit", movements.reserve({line_id: 1}, document=ORDER), on=date(2027, 1, 1))

    assert refused.value.code == "ledger.date_outside_year"
    assert refused.value.facts == {"year": 2026, "effective_on": "2027-01-01"}


A = Account


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([], id="nothing"),
        pytest.param([Entry(A.AVAILABLE, 1, "", 5)], id="one side"),
        pytest.param([Entry(A.AVAILABLE, 1, "", 5), Entry(A.AVAILABLE, 1, "", -5)], id="cancels out"),
    ],
)
def test_a_posting_of_fewer_than_two_entries_is_a_bug(session, entries):
    with pytest.raises(MalformedPosting):
        write(session, "odd", entries)


@pytest.mark.parametrize(
    ("entries", "complaint"),
    [
        pytest.param([(A.AVAILABLE, "", 5), (A.RESERVED, ORDER, -4)], "out of balance", id="unbalanced"),
        pytest.param([(A.AVAILABLE, "", 5), (A.PAYABLE, ORDER, -5)], "out of balance", id="balanced across books only"),
        pytest.param([(A.AVAILABLE, ORDER, 5), (A.RESERVED, ORDER, -5)], "sub-key", id="a document on a line account"),
        pytest.param([(A.AVAILABLE, "", 5), (A.RESERVED, "", -5)], "sub-key", id="a document account without one"),
        pytest.param([(A.AVAILABLE, "", 5), (9999, ORDER, -5)], "no account 9999", id="an unknown account"),
    ],
)
def test_entries_no_template_may_write_are_refused_by_the_database(session, entries, complaint):
    line_id = new_line(session, amount_fen=1_000)

    with pytest.raises(MalformedPosting, match=complaint):
        write(session, "odd", [Entry(account, line_id, sub, fen) for account, sub, fen in entries])


@pytest.mark.parametrize("rest", [[], [(A.EXPENSE, ORDER, 3), (A.PAYABLE, ORDER, -3)]], ids=["two", "four"])
def test_who_claims_beforehand_that_all_is_balanced_is_not_believed(session, rest):
    line_id = new_line(session, amount_fen=1_000)
    session.execute(text("select set_config('ledger.is_balanced', 'true', false)"))

    with pytest.raises(MalformedPosting, match="out of balance"):
        entries = [(A.AVAILABLE, "", 5), (A.RESERVED, ORDER, -4), *rest]
        write(session, "odd", [Entry(account, line_id, sub, fen) for account, sub, fen in entries])


@pytest.mark.parametrize(
    "odd",
    [{"source_type": ""}, {"source_id": ""}, {"event": ""}, {"actor": ""}, {"posted_at": NOON.replace(year=1999)}],
    ids=lambda odd: next(iter(odd)),
)
def test_a_posting_names_where_it_comes_from(session, odd):
    entries = movements.reserve({new_line(session, amount_fen=1_000): 1}, document=ORDER)

    with pytest.raises(MalformedPosting, match="names its source"):
        post(session, **{**AGAIN, "source_type": "x", "source_id": "1", "event": "e", **odd}, entries=entries)


def test_what_posting_knows_of_the_accounts_is_what_the_chart_says(owner_session):
    known = owner_session.execute(
        text("select code, ledger.account_traits(code::smallint) from generate_series(0, 9999) as code")
    )

    assert {code: traits for code, traits in known if traits is not None} == {
        line.account: (line.normal > 0) + 2 * line.guarded + 4 * line.hot + 8 * (line.grain == "line") for line in CHART
    }
    books_of_digit = {(line.account // 1000, line.book) for line in CHART}
    assert len(books_of_digit) == len({digit for digit, _ in books_of_digit})


def test_a_posting_on_an_unknown_line_is_a_bug(session):
    with pytest.raises(MalformedPosting, match="no budget line 987654321"):
        write(session, "odd", movements.appropriate({987654321: 5}))


def test_a_posting_on_a_line_of_another_year_is_a_bug(session):
    line_id = new_line(session)
    entries = movements.appropriate({line_id: 5})

    with pytest.raises((MalformedPosting, LedgerRefusal)) as refused:
        post(session, **{**AGAIN, "region_code": 410200}, source_type="x", source_id="1", event="e", entries=entries)

    assert "410200" in str(refused.value)


def test_a_posting_outside_read_committed_is_a_bug(ledger_books):
    with ledger_books.owner.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        line_id = new_line(connection)

        with pytest.raises(MalformedPosting, match="READ COMMITTED"):
            write(connection, "odd", movements.appropriate({line_id: 5}))


@pytest.mark.parametrize("amount_fen", [0, -1, 1.5, True, "100"])
def test_amounts_are_positive_whole_fen(amount_fen):
    with pytest.raises(MalformedPosting):
        move(debit=A.AVAILABLE, credit=A.RESERVED, line_id=1, sub=ORDER, amount_fen=amount_fen)


def test_a_move_stays_inside_one_book():
    with pytest.raises(MalformedPosting):
        move(debit=A.AVAILABLE, credit=A.PAYABLE, line_id=1, sub=ORDER, amount_fen=1)


def test_sides_carry_their_signs_and_only_the_sub_key_their_account_is_kept_by():
    assert debit(A.AVAILABLE, line_id=1, sub=ORDER, amount_fen=5) == (A.AVAILABLE, 1, "", 5)
    assert credit(A.RESERVED, line_id=1, sub=ORDER, amount_fen=5) == (A.RESERVED, 1, ORDER, -5)
    with pytest.raises(MalformedPosting):
        credit(A.RESERVED, line_id=1, amount_fen=5)


def test_netting_adds_up_per_account_and_drops_what_cancels():
    entries = [
        Entry(A.AVAILABLE, 1, "", 5),
        Entry(A.RESERVED, 1, ORDER, -5),
        Entry(A.AVAILABLE, 1, "", 7),
        Entry(A.RESERVED, 1, ORDER, 5),
    ]

    assert net(entries) == [Entry(A.AVAILABLE, 1, "", 12)]


def test_a_time_without_zone_is_a_bug(session):
    with pytest.raises(MalformedPosting):
        post(
            session, **{**AGAIN, "posted_at": datetime(2026, 3, 2)}, source_type="x", source_id="1", event="e",
            entries=movements.appropriate({1: 5}),
        )  # fmt: skip


def test_sums_of_the_largest_budgets_stay_exact(session):
    line_id = new_line(session, amount_fen=9_000_000_000_000_000_001)

    write(session, "submit", movements.reserve({line_id: 9_000_000_000_000_000_000}, document=ORDER))

    assert standing(session, line_id)["available"] == 1
    assert checks.run_all(session) == []


def test_quotes_in_a_reference_arrive_as_they_are(session):
    line_id = new_line(session, amount_fen=10)
    odd = "order:{\"a\",\\b} '零'"

    write(session, "submit", movements.reserve({line_id: 3}, document=odd), source=odd)

    stored = session.execute(
        text("select sub from ledger.account where coa = 1200 and line_id = :line_id"), {"line_id": line_id}
    )
    assert stored.scalar_one() == odd
