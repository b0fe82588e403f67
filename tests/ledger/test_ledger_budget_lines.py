"""Budget lines: entered once, filled and reduced by postings, and every fen of them explained."""

from datetime import timedelta

import pytest
from ledger_scenes import DAY, NOON, ORDER, REGION, YEAR, new_line, standing, write
from sqlalchemy import text

from ledger import budget_lines, checks, movements
from ledger.chart_of_accounts import Account
from ledger.errors import LedgerRefusal, MalformedPosting

A = Account


def give(session, line_id, amount_fen, source_id="1"):
    return budget_lines.appropriate(
        session,
        line_id,
        amount_fen=amount_fen,
        source_type="budget_document",
        source_id=f"{line_id}-{source_id}",
        effective_on=DAY,
        posted_at=NOON,
        actor="预算处",
    )


def test_a_line_is_read_back_as_it_was_entered(session):
    line_id = budget_lines.create_line(
        session, region_code=REGION, year=YEAR, unit_id=42, code="2026-042-001", name="办公设备", created_at=NOON,
        function_code="2050299", function_name="其他普通教育支出", economic_code="31002", economic_name="办公设备购置",
        project="教学条件改善", fund_source="一般公共预算", category_scope=["A0201", "A0504"], note="市财预〔2026〕3号",
    )  # fmt: skip

    line = budget_lines.find_line(session, line_id)

    assert line == budget_lines.BudgetLine(
        id=line_id, region_code=410100, year=2026, unit_id=42, code="2026-042-001", name="办公设备",
        function_code="2050299", function_name="其他普通教育支出", economic_code="31002", economic_name="办公设备购置",
        project="教学条件改善", fund_source="一般公共预算", is_procurement=True, category_scope=("A0201", "A0504"),
        note="市财预〔2026〕3号", created_at=NOON,
    )  # fmt: skip
    assert line == budget_lines.find_line_by_code(session, region_code=REGION, year=YEAR, code="2026-042-001")
    assert [line] == budget_lines.lines_of_unit(session, region_code=REGION, year=YEAR, unit_id=42)
    assert line in budget_lines.lines_of_region(session, region_code=REGION, year=YEAR)


def test_a_line_covers_the_categories_of_its_scope(session):
    scoped = budget_lines.create_line(
        session, region_code=REGION, year=YEAR, unit_id=42, code="scoped", name="纸张", created_at=NOON,
        category_scope=["A0504"],
    )  # fmt: skip
    free = new_line(session)

    assert budget_lines.find_line(session, scoped).covers("A05040101")
    assert not budget_lines.find_line(session, scoped).covers("A02010105")
    assert budget_lines.find_line(session, free).covers("A02010105")


def test_an_empty_prefix_in_a_scope_is_a_bug(session):
    with pytest.raises(MalformedPosting):
        budget_lines.create_line(
            session, region_code=REGION, year=YEAR, unit_id=1, code="x", name="x", created_at=NOON, category_scope=[""]
        )


def test_a_code_is_taken_once_per_region_and_year(session):
    facts = {"region_code": REGION, "unit_id": 1, "code": "twice", "name": "x", "created_at": NOON}
    budget_lines.create_line(session, year=YEAR, **facts)
    budget_lines.create_line(session, year=YEAR + 1, **facts)

    with pytest.raises(LedgerRefusal) as refused:
        budget_lines.create_line(session, year=YEAR, **facts)

    assert refused.value.code == "ledger.line_code_taken"
    assert refused.value.facts == {"region_code": 410100, "year": 2026, "line_code": "twice"}


def test_a_line_no_one_knows_is_none_and_takes_no_money(session):
    assert budget_lines.find_line(session, 99_999_999) is None
    with pytest.raises(MalformedPosting):
        give(session, 99_999_999, 5)


def test_supplements_and_reductions_change_the_appropriation(session):
    line_id = new_line(session)
    give(session, line_id, 1_000)
    give(session, line_id, 500, "supplement")

    give(session, line_id, -300, "reduction")

    assert standing(session, line_id) == {"appropriation": 1_200, "available": 1_200}


def test_only_what_is_free_can_be_taken_back(session):
    line_id = new_line(session, amount_fen=1_000)
    write(session, "submit", movements.reserve({line_id: 700}, document=ORDER))

    with pytest.raises(LedgerRefusal) as refused:
        give(session, line_id, -301, "reduction")

    assert (refused.value.facts["requested_fen"], refused.value.facts["available_fen"]) == (301, 300)


def test_an_appropriation_of_nothing_is_a_bug(session):
    line_id = new_line(session)

    with pytest.raises(MalformedPosting):
        give(session, line_id, 0)


def test_balances_answer_for_every_line_asked(session):
    full, empty = new_line(session, amount_fen=10), new_line(session)

    found = budget_lines.balances(session, [full, empty, 99_999_999])

    assert found == {
        full: budget_lines.LineBalance(full, appropriation_fen=10, available_fen=10),
        empty: budget_lines.LineBalance(empty),
        99_999_999: budget_lines.LineBalance(99_999_999),
    }
    assert type(found[full].available_fen) is int
    assert budget_lines.balances(session, []) == {}


def test_every_fen_of_a_line_is_explained_by_account_and_document(session):
    line_id = new_line(session, amount_fen=1_000)
    write(session, "submit", movements.reserve({line_id: 300}, document=ORDER))
    write(session, "submit", movements.reserve({line_id: 200}, document="order:2"), source="order:2")
    write(session, "approve", movements.commit({line_id: 200}, document="order:2"), source="order:2")
    accrued = movements.accrue({line_id: 50}, document="order:2", cost=A.EXPENSE)
    write(session, "accept", accrued, source="acceptance:9", causation="order:2")

    explained = budget_lines.explain_line(session, line_id)

    assert [(s.account, s.document, s.amount_fen, s.last_event) for s in explained] == [
        (A.APPROPRIATION, "", 1_000, "appropriation"),
        (A.AVAILABLE, "", 500, "submit"),
        (A.RESERVED, ORDER, 300, "submit"),
        (A.COMMITTED, "order:2", 150, "accept"),
        (A.ACCRUED, "order:2", 50, "accept"),
    ]


def test_a_line_is_explained_as_it_stood_at_a_past_instant(session):
    line_id = new_line(session, amount_fen=1_000)
    write(session, "submit", movements.reserve({line_id: 300}, document=ORDER))
    write(session, "approve", movements.commit({line_id: 300}, document=ORDER), posted_at=NOON + timedelta(days=2))

    before, after = (budget_lines.explain_line(session, line_id, at=NOON + timedelta(days=days)) for days in (1, 2))

    assert [(s.account, s.document, s.amount_fen, s.last_event) for s in before] == [
        (A.APPROPRIATION, "", 1_000, "appropriation"),
        (A.AVAILABLE, "", 700, "submit"),
        (A.RESERVED, ORDER, 300, "submit"),
    ]
    assert after == budget_lines.explain_line(session, line_id)
    assert budget_lines.balance_of_standings(line_id, after) == budget_lines.balances(session, [line_id])[line_id]
    assert budget_lines.explain_line(session, line_id, at=NOON - timedelta(seconds=1)) == []


def test_the_postings_of_an_order_include_those_of_its_other_documents(session):
    line_id = new_line(session, amount_fen=1_000)
    write(session, "submit", movements.reserve({line_id: 300}, document=ORDER))
    write(session, "submit", movements.reserve({line_id: 5}, document="order:other"), source="order:other")
    write(session, "approve", movements.commit({line_id: 300}, document=ORDER))
    accrued = movements.accrue({line_id: 300}, document=ORDER, cost=A.INVENTORY)
    write(session, "accept", accrued, source="acceptance:9", causation=ORDER)

    rows = budget_lines.postings_of(session, ORDER, region_code=REGION, year=YEAR)

    assert [(row.event, row.book, row.account, row.amount_fen) for row in rows] == [
        ("submit", "budget", A.AVAILABLE, 300),
        ("submit", "budget", A.RESERVED, -300),
        ("approve", "budget", A.RESERVED, 300),
        ("approve", "budget", A.COMMITTED, -300),
        ("accept", "budget", A.COMMITTED, 300),
        ("accept", "budget", A.ACCRUED, -300),
        ("accept", "financial", A.INVENTORY, 300),
        ("accept", "financial", A.PAYABLE, -300),
    ]
    assert (rows[-1].name_zh, rows[-1].source_id, rows[-1].causation) == ("应付账款", "9", ORDER)
    assert budget_lines.postings_of(session, [], region_code=REGION, year=YEAR) == []
    assert len(budget_lines.postings_of(session, [ORDER, "order:other"], region_code=REGION, year=YEAR)) == 10


def test_a_posting_named_only_by_its_cause_is_found_too(session):
    line_id = new_line(session, amount_fen=1_000)

    write(session, "freeze", movements.freeze({line_id: 300}), source="case:1", causation="order:suspect")

    rows = budget_lines.postings_of(session, "order:suspect", region_code=REGION, year=YEAR)
    assert [(row.account, row.amount_fen) for row in rows] == [(A.AVAILABLE, 300), (A.FROZEN, -300)]


def test_the_postings_of_an_order_are_found_by_index(owner_session):
    line_id = new_line(owner_session, amount_fen=1_000_000)
    for number in range(300):
        document = f"order:{number}"
        write(owner_session, "submit", movements.reserve({line_id: 3}, document=document), source=document)
    owner_session.execute(text("analyze ledger.entry"))

    plan = "\n".join(
        owner_session.execute(
            text(f"explain {budget_lines._POSTINGS.text}"),
            {"documents": ["order:7"], "region": REGION, "year": YEAR},
        ).scalars()
    )

    assert "entry_of_guarded_account" in plan
    assert "Seq Scan on entry" not in plan
    assert checks.run_all(owner_session) == []
