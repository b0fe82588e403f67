"""Many at once: no line is oversold, nobody waits for ever, and the race is real when the guard is taken away."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from ledger_scenes import NOON, REGION, YEAR, new_line, standing, write
from sqlalchemy import text

from ledger import checks, fiscal_year, movements
from ledger.chart_of_accounts import Account
from ledger.errors import LedgerRefusal

CLIENTS, ORDERS_EACH, AMOUNT_FEN, BUDGET_FEN = 12, 10, 700, 50_000


@pytest.fixture
def engine(ledger_books):
    return ledger_books.owner


def at_once(work, clients=CLIENTS):
    """Run `work(client)` in so many threads, begun together."""
    start = threading.Barrier(clients)

    def begin(client):
        start.wait(timeout=30)
        return work(client)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(begin, range(clients)))


def test_together_they_never_hold_more_than_the_budget(engine):
    with engine.begin() as connection:
        line_id = new_line(connection, amount_fen=BUDGET_FEN)

    def order_many(client):
        outcomes = Counter()
        with engine.connect() as connection:
            for number in range(ORDERS_EACH):
                document = f"order:{line_id}-{client}-{number}"
                try:
                    entries = movements.reserve({line_id: AMOUNT_FEN}, document=document)
                    write(connection, "submit", entries, source=document)
                    connection.commit()
                    outcomes["accepted"] += 1
                except LedgerRefusal as refusal:
                    connection.rollback()
                    outcomes[refusal.code] += 1
        return outcomes

    outcomes = sum(at_once(order_many), Counter())

    # 71 x 700 = 49,700 fit into 50,000; 120 were sent.
    assert outcomes == {"accepted": 71, "ledger.insufficient": 49}
    with engine.connect() as connection:
        assert standing(connection, line_id) == {"appropriation": 50_000, "available": 300, "reserved": 49_700}
        assert checks.run_all(connection) == []


def test_control_reading_first_and_writing_later_oversells(engine):
    """The same rush without the guard, to show that the test above could see an overspending."""
    with engine.begin() as connection:
        connection.execute(text("create table public.naive_line (available_fen bigint)"))
        connection.execute(text("insert into public.naive_line values (1000)"))
    all_have_read = threading.Barrier(CLIENTS)

    def order_naively(_client):
        with engine.begin() as connection:
            available_fen = connection.execute(text("select available_fen from public.naive_line")).scalar_one()
            all_have_read.wait(timeout=30)
            if available_fen < AMOUNT_FEN:
                return 0
            left_fen = available_fen - AMOUNT_FEN
            connection.execute(text("update public.naive_line set available_fen = :left_fen"), {"left_fen": left_fen})
            return AMOUNT_FEN

    accepted_fen = sum(at_once(order_naively))

    with engine.begin() as connection:
        connection.execute(text("drop table public.naive_line"))
    assert accepted_fen > 1_000


def test_orders_over_the_same_lines_in_opposite_order_do_not_deadlock(engine):
    with engine.begin() as connection:
        lines = [new_line(connection, amount_fen=1_000_000) for _ in range(4)]

    def order_crosswise(client):
        mine = lines if client % 2 else lines[::-1]
        with engine.connect() as connection:
            for number in range(ORDERS_EACH):
                document = f"order:cross-{lines[0]}-{client}-{number}"
                reserved = movements.reserve(dict.fromkeys(mine, 100), document=document)
                write(connection, "submit", reserved, source=document)
                connection.commit()
                back = movements.release_reservation(dict.fromkeys(mine, 40), document=document)
                write(connection, "shrink", back, source=document)
                connection.commit()

    at_once(order_crosswise)

    with engine.connect() as connection:
        assert [standing(connection, line_id)["reserved"] for line_id in lines] == [7_200] * 4
        assert checks.run_all(connection) == []


@pytest.mark.parametrize("deed", [movements.reserve, movements.release_reservation, movements.commit])
def test_a_posting_that_waits_for_its_document_keeps_nobody_from_the_line(engine, deed):
    """Cold accounts are locked before the hot one, whichever is debited; else two could lock each other out."""
    with engine.begin() as connection:
        line_id = new_line(connection, amount_fen=1_000)
        document = f"order:waits-{line_id}"
        write(connection, "submit", movements.reserve({line_id: 500}, document=document), source=document)
    posting_id = []

    def post_again():
        with engine.begin() as connection:
            posting_id.append(connection.execute(text("select pg_backend_pid()")).scalar_one())
            write(connection, "again", deed({line_id: 100}, document=document), source=document)

    reserved = text(
        "select 1 from ledger.account where line_id = :line_id and coa = :reserved and sub = :document for update"
    )
    with engine.connect() as holder, engine.connect() as onlooker:
        holder.execute(reserved, {"line_id": line_id, "reserved": Account.RESERVED, "document": document})
        poster = threading.Thread(target=post_again)
        poster.start()
        while not (posting_id and _waits(onlooker, posting_id[0])):
            assert poster.is_alive(), "the posting did not wait for its document"
        is_free = onlooker.execute(
            text("select pg_try_advisory_xact_lock(ledger.lock_key(2, :region, :year, :line_id))"),
            {"region": REGION, "year": YEAR, "line_id": line_id},
        ).scalar_one()
        holder.rollback()
        onlooker.rollback()
        poster.join(timeout=30)

    assert is_free
    with engine.connect() as connection:
        assert checks.run_all(connection) == []


def _waits(connection, process_id):
    asked = text("select cardinality(pg_blocking_pids(:process_id)) > 0")
    return connection.execute(asked, {"process_id": process_id}).scalar_one()


def test_the_same_deed_from_many_sides_is_posted_once(engine):
    with engine.begin() as connection:
        line_id = new_line(connection, amount_fen=1_000)
    document = f"order:same-{line_id}"

    def submit(_client):
        with engine.begin() as connection:
            return write(connection, "submit", movements.reserve({line_id: 600}, document=document), source=document)

    posted = at_once(submit)

    assert len({answer.txn_id for answer in posted}) == 1
    assert Counter(answer.replayed for answer in posted) == {False: 1, True: CLIENTS - 1}
    with engine.connect() as connection:
        assert standing(connection, line_id) == {"appropriation": 1_000, "available": 400, "reserved": 600}


def test_closing_a_month_waits_for_the_posting_under_way(engine):
    region_month = {"region_code": REGION, "year": YEAR, "month": 11}
    with engine.begin() as connection:
        line_id = new_line(connection, amount_fen=1_000)
    closed = threading.Event()

    def close():
        with engine.begin() as connection:
            fiscal_year.close_period(connection, **region_month, closed_at=NOON, actor="财政局")
        closed.set()

    with engine.connect() as posting:
        entries = movements.reserve({line_id: 100}, document="order:november")
        write(posting, "submit", entries, source="order:november", on=date(2026, 11, 5))
        closer = threading.Thread(target=close)
        closer.start()
        waits_behind_the_posting = not closed.wait(timeout=0.3)
        posting.commit()
        closer.join(timeout=30)

    assert waits_behind_the_posting
    assert closed.is_set()
    with engine.connect() as connection, pytest.raises(LedgerRefusal) as refused:
        entries = movements.reserve({line_id: 100}, document="order:late")
        write(connection, "submit", entries, source="order:late", on=date(2026, 11, 6))
    assert refused.value.code == "ledger.period_closed"
    with engine.connect() as connection:
        assert standing(connection, line_id)["reserved"] == 100


def test_a_posting_that_waited_for_the_closing_finds_the_month_closed(engine):
    with engine.begin() as connection:
        line_id = new_line(connection, amount_fen=1_000)
    outcome = []

    def submit():
        with engine.connect() as connection:
            try:
                entries = movements.reserve({line_id: 100}, document="order:december")
                write(connection, "submit", entries, source="order:december", on=date(2026, 12, 5))
                connection.commit()
                outcome.append("accepted")
            except LedgerRefusal as refusal:
                outcome.append(refusal.code)

    with engine.connect() as closing:
        fiscal_year.close_period(closing, region_code=REGION, year=YEAR, month=12, closed_at=NOON, actor="财政局")
        poster = threading.Thread(target=submit)
        poster.start()
        poster.join(timeout=0.3)
        still_waiting = poster.is_alive()
        closing.commit()
        poster.join(timeout=30)

    assert still_waiting
    assert outcome == ["ledger.period_closed"]
