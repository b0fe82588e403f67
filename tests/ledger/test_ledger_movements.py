"""Golden cases: what each event does to the four books, written out as an accountant would."""

import pytest
from ledger_scenes import DAY, NOON, ORDER, REGION, YEAR, in_march, new_line, standing, write
from sqlalchemy import text

from ledger import checks, movements
from ledger.budget_lines import moved_by
from ledger.cash_plan import cut, cut_by_line, draw, plan_balances
from ledger.chart_of_accounts import BOOKS, CHART_BY_ACCOUNT, Account
from ledger.errors import LedgerRefusal, MalformedPosting
from ledger.posting import reverse
from ledger.statements import trial_balance

A = Account


WITH_PLAN = {
    "request_payment", "refuse_payment_before_send", "refuse_payment_after_send", "bounce", "receive_refund",
}  # fmt: skip


def entries_of(name, by_line, **more):
    """The movement's entries for the order, plan money in March where it moves."""
    more |= {"plan": in_march(by_line)} if name in WITH_PLAN else {}
    return getattr(movements, name)(by_line, document=ORDER, **more)


def push(session, line_id, *steps):
    """Post these movements of 60,000 fen, one after the other."""
    for number, (name, more) in enumerate(steps):
        entries = entries_of(name, {line_id: 60_000}, **more)
        write(session, f"{number}.{name}", entries)


CHAIN = (
    ("reserve", {}),
    ("commit", {}),
    ("accrue", {"cost": A.ACCEPTED_ASSETS}),
    ("request_payment", {}),
    ("send", {}),
    ("confirm", {}),
    ("register_asset", {}),
)

# (how far the chain is pushed, the event, its arguments, {account: change in fen, debit positive})
GOLDEN = [
    (0, "reserve", {}, {A.AVAILABLE: 60_000, A.RESERVED: -60_000}),
    (1, "release_reservation", {}, {A.RESERVED: 60_000, A.AVAILABLE: -60_000}),
    (1, "commit", {}, {A.RESERVED: 60_000, A.COMMITTED: -60_000}),
    (2, "release_commitment", {}, {A.COMMITTED: 60_000, A.AVAILABLE: -60_000}),
    *[
        (2, "accrue", {"cost": cost}, {A.COMMITTED: 60_000, A.ACCRUED: -60_000, cost: 60_000, A.PAYABLE: -60_000})
        for cost in (A.EXPENSE, A.INVENTORY, A.ACCEPTED_ASSETS)
    ],
    (
        3,
        "un_accrue",
        {"cost": A.ACCEPTED_ASSETS},
        {A.ACCRUED: 60_000, A.COMMITTED: -60_000, A.PAYABLE: 60_000, A.ACCEPTED_ASSETS: -60_000},
    ),
    (
        3,
        "return_unpaid",
        {"cost": A.ACCEPTED_ASSETS},
        {A.ACCRUED: 60_000, A.AVAILABLE: -60_000, A.PAYABLE: 60_000, A.ACCEPTED_ASSETS: -60_000},
    ),
    *[
        (
            3,
            event,
            {"cost": A.PRIOR_COSTS},
            {A.ACCRUED: 60_000, back: -60_000, A.PAYABLE: 60_000, A.PRIOR_COSTS: -60_000},
        )
        for event, back in (("un_accrue", A.COMMITTED), ("return_unpaid", A.AVAILABLE))
    ],
    (3, "register_asset", {}, {A.FIXED_ASSETS: 60_000, A.ACCEPTED_ASSETS: -60_000}),
    (
        3,
        "request_payment",
        {},
        {
            A.ACCRUED: 60_000, A.IN_PAYMENT: -60_000, A.TO_SEND: 60_000, A.INSTRUCTED: -60_000,
            A.PLAN_AVAILABLE: 60_000, A.PLAN_REQUESTED: -60_000,
        },
    ),
    (
        4,
        "refuse_payment_before_send",
        {},
        {
            A.IN_PAYMENT: 60_000, A.ACCRUED: -60_000, A.INSTRUCTED: 60_000, A.TO_SEND: -60_000,
            A.PLAN_REQUESTED: 60_000, A.PLAN_AVAILABLE: -60_000,
        },
    ),
    (4, "send", {}, {A.OUTSTANDING: 60_000, A.TO_SEND: -60_000}),
    (
        5,
        "refuse_payment_after_send",
        {},
        {
            A.IN_PAYMENT: 60_000, A.ACCRUED: -60_000, A.INSTRUCTED: 60_000, A.OUTSTANDING: -60_000,
            A.PLAN_REQUESTED: 60_000, A.PLAN_AVAILABLE: -60_000,
        },
    ),
    (
        5,
        "confirm",
        {},
        {
            A.IN_PAYMENT: 60_000,
            A.PAID: -60_000,
            A.PLAN_REQUESTED: 60_000,
            A.PLAN_PAID: -60_000,
            A.PAYABLE: 60_000,
            A.FISCAL_REVENUE: -60_000,
            A.EXPENDITURE: 60_000,
            A.BUDGET_REVENUE: -60_000,
            A.CONFIRMED: 60_000,
            A.OUTSTANDING: -60_000,
        },
    ),
    *[
        (
            5,
            "confirm",
            {"channel": channel},
            {
                A.IN_PAYMENT: 60_000, A.PAID: -60_000, A.PLAN_REQUESTED: 60_000, A.PLAN_PAID: -60_000,
                A.PAYABLE: 60_000, paid_from: -60_000, A.EXPENDITURE: 60_000, budgetary: -60_000,
                A.CONFIRMED: 60_000, A.OUTSTANDING: -60_000,
            },
        )
        for channel, paid_from, budgetary in (
            ("treasury_authorised", A.ZERO_BALANCE, A.ZERO_BALANCE_FUNDS),
            ("real_account", A.BANK_DEPOSITS, A.MONETARY_FUNDS),
        )
    ],
    (
        6,
        "bounce",
        {},
        {
            A.PAID: 60_000, A.ACCRUED: -60_000, A.PLAN_PAID: 60_000, A.PLAN_AVAILABLE: -60_000,
            A.FISCAL_REVENUE: 60_000, A.PAYABLE: -60_000, A.BUDGET_REVENUE: 60_000, A.EXPENDITURE: -60_000,
            A.INSTRUCTED: 60_000, A.CONFIRMED: -60_000,
        },
    ),
    (
        6,
        "reclassify",
        {"debit": A.EXPENSE, "credit": A.ACCEPTED_ASSETS},
        {A.EXPENSE: 60_000, A.ACCEPTED_ASSETS: -60_000},
    ),
    *[
        (
            pushed,
            "claim_refund",
            {"cost": cost},
            {A.REFUNDS_DUE: 60_000, cost: -60_000, A.TO_COLLECT: 60_000, A.CONFIRMED: -60_000},
        )
        for pushed, cost in ((6, A.ACCEPTED_ASSETS), (7, A.FIXED_ASSETS))
    ],
]  # fmt: skip


def trial(session) -> dict[Account, int]:
    rows = (row for book in BOOKS for row in trial_balance(session, region_code=REGION, year=YEAR, book=book))
    return {row.account: row.balance_fen for row in rows}


@pytest.mark.parametrize(
    ("pushed", "event", "more", "changes"), GOLDEN, ids=[f"{number} {row[1]}" for number, row in enumerate(GOLDEN)]
)
def test_an_event_debits_and_credits_what_the_table_says(session, pushed, event, more, changes):
    line_id = new_line(session, amount_fen=100_000, is_planned=True)
    push(session, line_id, *CHAIN[:pushed])
    before = trial(session)

    write(session, "the event", entries_of(event, {line_id: 60_000}, **more))

    after = trial(session)
    assert {a: after[a] - before.get(a, 0) for a in after if after[a] != before.get(a, 0)} == changes
    assert checks.run_all(session) == []


@pytest.mark.parametrize(("pushed", "event", "more", "changes"), GOLDEN)
def test_an_event_without_its_forerunner_is_refused_by_the_guards(session, pushed, event, more, changes):
    line_id = new_line(session)

    with pytest.raises(LedgerRefusal) as refused:
        write(session, "the event", entries_of(event, {line_id: 60_000}, **more))

    assert refused.value.code == "ledger.insufficient"
    assert refused.value.facts["available_fen"] == 0
    assert refused.value.facts["requested_fen"] == 60_000


def test_money_of_the_line_itself_moves_as_the_table_says(session):
    line_id = new_line(session)

    for event, amount_fen in (
        ("appropriate", 900), ("reduce_appropriation", 100), ("freeze", 300), ("unfreeze", 50), ("lapse", 20),
    ):  # fmt: skip
        write(session, event, getattr(movements, event)({line_id: amount_fen}))

    assert standing(session, line_id) == {"appropriation": 800, "available": 530, "frozen": 250, "lapsed": 20}
    assert checks.run_all(session) == []


def test_a_cheaper_contract_gives_the_difference_back(session):
    first, second = new_line(session, amount_fen=1_000), new_line(session, amount_fen=1_000)
    reserved = {first: 700, second: 200}
    write(session, "submit", movements.reserve(reserved, document=ORDER))

    write(session, "approve", movements.commit({first: 650}, document=ORDER, reserved_by_line=reserved))

    assert standing(session, first) == {"appropriation": 1_000, "available": 350, "committed": 650}
    assert standing(session, second) == {"appropriation": 1_000, "available": 1_000}
    assert checks.run_all(session) == []


def test_a_contract_dearer_than_its_reservation_is_a_bug():
    with pytest.raises(MalformedPosting):
        movements.commit({1: 701}, document=ORDER, reserved_by_line={1: 700})


def test_an_order_on_several_lines_is_accepted_and_paid_in_parts(session):
    first, second = (new_line(session, amount_fen=amount_fen, is_planned=True) for amount_fen in (1_000, 500))
    whole, part, rest = {first: 700, second: 500}, {first: 300, second: 500}, {first: 400}
    write(session, "submit", movements.reserve(whole, document=ORDER))
    write(session, "approve", movements.commit(whole, document=ORDER))
    for note, by_line in (("1", part), ("2", rest)):
        entries = movements.accrue(by_line, document=ORDER, cost=A.EXPENSE)
        write(session, "accept", entries, source=f"acceptance:YS-{note}", causation=ORDER)
    for name in ("request_payment", "send", "confirm"):
        entries = entries_of(name, part)
        write(session, name, entries, source="payment:ZF-1", causation=ORDER)

    assert standing(session, first) == {"appropriation": 1_000, "available": 300, "accrued": 400, "paid": 300}
    assert standing(session, second) == {"appropriation": 500, "paid": 500}
    assert trial(session)[A.PAYABLE] == -400
    assert checks.run_all(session) == []


def test_a_refund_in_the_year_of_payment_makes_the_money_free_again(session):
    line_id = new_line(session, amount_fen=60_000, is_planned=True)
    push(session, line_id, *CHAIN[:2], ("accrue", {"cost": A.EXPENSE}), *CHAIN[3:6])
    write(session, "claim", movements.claim_refund({line_id: 10_000}, document=ORDER, cost=A.EXPENSE))

    write(session, "refund", entries_of("receive_refund", {line_id: 10_000}))

    assert standing(session, line_id) == {"appropriation": 60_000, "available": 10_000, "paid": 50_000}
    assert trial(session)[A.REFUNDS_DUE] == 0
    assert trial(session)[A.EXPENSE] == 50_000
    assert trial(session)[A.CONFIRMED] == 50_000
    assert checks.run_all(session) == []


def test_no_refund_is_received_that_was_not_claimed(session):
    line_id = new_line(session, amount_fen=60_000, is_planned=True)
    push(session, line_id, *CHAIN[:6])

    with pytest.raises(LedgerRefusal) as refused:
        write(session, "refund", entries_of("receive_refund", {line_id: 1}))

    assert refused.value.facts["account"] == "refunds_due"


def test_no_refund_is_claimed_above_what_was_paid(session):
    line_id = new_line(session, amount_fen=60_000, is_planned=True)
    push(session, line_id, *CHAIN[:5])
    write(session, "confirm", movements.confirm({line_id: 40_000}, document=ORDER))

    with pytest.raises(LedgerRefusal) as refused:
        claim = movements.claim_refund({line_id: 40_001}, document=ORDER, cost=A.ACCEPTED_ASSETS)
        write(session, "claim", claim)

    assert (refused.value.facts["account"], refused.value.facts["available_fen"]) == ("confirmed", 40_000)


def test_a_confirmation_of_an_unsent_instruction_is_refused(session):
    line_id = new_line(session, amount_fen=60_000, is_planned=True)
    push(session, line_id, *CHAIN[:4])

    with pytest.raises(LedgerRefusal) as refused:
        write(session, "confirm", movements.confirm({line_id: 60_000}, document=ORDER))

    assert refused.value.facts["account"] == "outstanding"


def test_a_returned_transfer_is_reversed_and_asked_for_again(session):
    line_id = new_line(session, amount_fen=60_000, is_planned=True)
    push(session, line_id, *CHAIN[:5])
    paid = write(session, "confirm", movements.confirm({line_id: 60_000}, document=ORDER))

    reverse(
        session, paid.txn_id, region_code=REGION, year=YEAR, effective_on=DAY,
        posted_at=NOON, actor="国库",
    )  # fmt: skip
    write(session, "refuse", entries_of("refuse_payment_after_send", {line_id: 60_000}))

    assert standing(session, line_id) == {"appropriation": 60_000, "accrued": 60_000}
    assert checks.run_all(session) == []


def test_supplements_and_reductions_of_several_lines_are_one_posting(session):
    first, second = new_line(session, amount_fen=60_000), new_line(session, amount_fen=10_000)

    write(session, "adjust", movements.adjust_appropriation({first: -20_000, second: 5_000}))

    assert standing(session, first) == {"appropriation": 40_000, "available": 40_000}
    assert standing(session, second) == {"appropriation": 15_000, "available": 15_000}
    assert checks.run_all(session) == []


def test_a_transfer_moves_money_and_makes_none(session):
    first, second = new_line(session, amount_fen=60_000), new_line(session, amount_fen=10_000)

    write(session, "transfer", movements.transfer_appropriation({first: -20_000, second: 20_000}))

    assert standing(session, first) == {"appropriation": 40_000, "available": 40_000}
    assert standing(session, second) == {"appropriation": 30_000, "available": 30_000}
    with pytest.raises(MalformedPosting, match="1 fen out"):
        movements.transfer_appropriation({first: -20_000, second: 20_001})
    assert checks.run_all(session) == []


def test_what_a_document_did_to_a_line_is_read_from_its_entries(session):
    line_id = new_line(session, amount_fen=60_000)
    write(session, "freeze", movements.freeze({line_id: 20_000}))

    moved = moved_by(session, region_code=REGION, year=YEAR, source_type="order", source_id=ORDER.partition(":")[2])

    assert {(one.account, one.before_fen, one.after_fen) for one in moved} == {
        (A.AVAILABLE, 60_000, 40_000),
        (A.FROZEN, 0, 20_000),
    }


def test_costs_are_only_what_an_acceptance_can_become():
    with pytest.raises(MalformedPosting):
        movements.accrue({1: 5}, document=ORDER, cost=A.PAYABLE)


def test_the_chart_has_one_line_per_account():
    assert set(CHART_BY_ACCOUNT) == set(Account)
    assert {int(account): line.book for account, line in CHART_BY_ACCOUNT.items() if line.guarded} == {
        1000: "budget", 1100: "budget", 1110: "budget", 1120: "budget", 1200: "budget", 1300: "budget",
        1400: "budget", 1500: "budget", 1600: "budget", 2010: "financial", 2020: "financial", 2030: "financial",
        2040: "financial", 2050: "financial", 2110: "financial",
        4010: "treasury", 4020: "treasury", 4030: "treasury", 4040: "treasury",
        1010: "budget", 1130: "budget", 2330: "financial", 4050: "treasury", 4060: "treasury", 4130: "treasury",
        5000: "cash_plan", 5100: "cash_plan", 5110: "cash_plan", 5200: "cash_plan", 5300: "cash_plan",
        5900: "cash_plan",
    }  # fmt: skip


def balances_of(session, line_id):
    """{account: balance in fen, debit positive} of one line, without the zeros."""
    rows = session.execute(
        text(
            "select coa, sum(amount_fen)::bigint from ledger.entry where line_id = :line_id"
            " group by coa having sum(amount_fen) <> 0"
        ),
        {"line_id": line_id},
    )
    return {Account(coa): amount_fen for coa, amount_fen in rows}


def test_what_is_owed_at_year_end_goes_along_and_is_paid_in_the_next_year(session):
    old, new = new_line(session, amount_fen=100_000, is_planned=True), new_line(session, year=YEAR + 1)
    push(session, old, *CHAIN[:3])
    owed = {"document": ORDER, "standing": A.ACCRUED}

    write(session, "carry_out", movements.carry_out({old: 60_000}, planned=in_march({old: 60_000}), **owed))
    write(session, "lapse", movements.lapse({old: 40_000}, planned=in_march({old: 40_000})))
    write(session, "carry_in", movements.carry_in({new: 60_000}, **owed), year=YEAR + 1)

    assert balances_of(session, old) == {
        A.APPROPRIATION: 100_000, A.CARRIED_OUT: -60_000, A.LAPSED: -40_000,
        A.CEILING: 100_000, A.PLAN_CANCELLED: -100_000,
        A.ACCEPTED_ASSETS: 60_000, A.YEAR_BRIDGE: -60_000,
    }  # fmt: skip
    assert balances_of(session, new) == {
        A.CARRIED_IN: 60_000, A.ACCRUED: -60_000, A.CEILING: 60_000, A.UNPLANNED: -60_000,
        A.YEAR_BRIDGE: 60_000, A.PAYABLE: -60_000,
    }  # fmt: skip
    assert checks.run_all(session) == []

    write(session, "plan", movements.plan_months(in_march({new: 60_000})), year=YEAR + 1)
    for name in ("request_payment", "send", "confirm"):
        write(session, name, entries_of(name, {new: 60_000}), year=YEAR + 1)

    assert balances_of(session, new)[A.PAID] == -60_000
    assert A.PAYABLE not in balances_of(session, new)
    assert checks.run_all(session) == []


def test_accepted_assets_find_their_card_in_the_next_year(session):
    old, new = new_line(session, amount_fen=100_000, is_planned=True), new_line(session, year=YEAR + 1)
    push(session, old, *CHAIN[:6])

    write(session, "carry_out_assets", movements.carry_out_assets({old: 60_000}, document=ORDER))
    write(session, "carry_in_assets", movements.carry_in_assets({new: 60_000}, document=ORDER), year=YEAR + 1)
    write(session, "register", movements.register_asset({new: 60_000}, document=ORDER), year=YEAR + 1)

    assert A.ACCEPTED_ASSETS not in balances_of(session, old)
    assert balances_of(session, new) == {A.FIXED_ASSETS: 60_000, A.YEAR_BRIDGE: -60_000}
    assert checks.run_all(session) == []


def test_free_money_that_may_be_kept_is_free_in_the_next_year(session):
    old, new = new_line(session, amount_fen=1_000), new_line(session, year=YEAR + 1)

    write(session, "carry_out", movements.carry_out_available({old: 1_000}, document="year_end:NJ-1"))
    write(session, "carry_in", movements.carry_in_available({new: 1_000}, document="year_end:NJ-1"), year=YEAR + 1)

    assert standing(session, old) == {"appropriation": 1_000, "carried_out": 1_000}
    assert standing(session, new) == {"carried_in": 1_000, "available": 1_000}
    assert checks.run_all(session) == []


def test_a_refund_of_an_earlier_year_goes_to_the_treasury_and_not_to_the_line(session):
    line_id = new_line(session, amount_fen=1_000)

    write(session, "claim", movements.claim_prior_refund({line_id: 300}, document=ORDER))
    write(session, "refund", movements.surrender_refund({line_id: 300}, document=ORDER))

    assert standing(session, line_id) == {"appropriation": 1_000, "available": 1_000}
    assert balances_of(session, line_id) == {
        A.APPROPRIATION: 1_000, A.AVAILABLE: -1_000, A.CEILING: 1_000, A.UNPLANNED: -1_000,
        A.SURRENDERED: 300, A.PRIOR_YEARS: -300, A.COLLECTED_FOR_TREASURY: 300, A.PRIOR_CLAIMS: -300,
    }  # fmt: skip
    assert checks.run_all(session) == []


def test_a_claim_still_open_at_year_end_becomes_one_of_an_earlier_year(session):
    old, new = new_line(session, amount_fen=60_000, is_planned=True), new_line(session, year=YEAR + 1)
    push(session, old, *CHAIN[:2], ("accrue", {"cost": A.EXPENSE}), *CHAIN[3:6])
    goods = {"document": ORDER, "cost": A.EXPENSE}
    write(session, "claim", movements.claim_refund({old: 10_000}, **goods))

    write(session, "withdraw", movements.withdraw_claim({old: 10_000}, **goods))
    write(session, "claim_prior", movements.claim_prior_refund({new: 10_000}, document=ORDER), year=YEAR + 1)

    assert balances_of(session, old)[A.CONFIRMED] == 60_000
    assert A.REFUNDS_DUE not in balances_of(session, old)
    assert balances_of(session, new)[A.TO_COLLECT] == 10_000
    assert checks.run_all(session) == []


def test_a_reference_nobody_knows_waits_in_suspense_until_it_is_settled(session):
    line_id = new_line(session)

    write(session, "suspend", movements.suspend({line_id: 77}, document="treasury:GK-9"))
    assert balances_of(session, line_id) == {A.UNMATCHED: 77, A.SUSPENSE: -77}
    write(session, "settle", movements.settle_suspense({line_id: 77}, document="treasury:GK-9"))

    assert balances_of(session, line_id) == {}
    assert checks.run_all(session) == []


def test_a_reduction_cuts_the_plan_from_behind(session):
    line_id = new_line(session, amount_fen=1_000)
    write(session, "plan", movements.plan_months({line_id: {1: 300, 3: 300, 9: 300}}))
    stand = plan_balances(session, [line_id])[line_id]

    assert cut(stand, 550) == {9: 300, 3: 150}
    assert draw(stand, 350, until_month=3) == {1: 300, 3: 50}
    assert draw(stand, 999, until_month=8) == {1: 300, 3: 300}
    assert stand.due_fen(8) == 600
    write(
        session, "reduce", movements.reduce_appropriation({line_id: 550}, planned=cut_by_line(session, {line_id: 550}))
    )

    left = plan_balances(session, [line_id])[line_id]
    assert (left.ceiling_fen, left.unplanned_fen, left.months) == (450, 0, {1: 300, 3: 150})
    assert checks.run_all(session) == []


@pytest.mark.parametrize("plan", [{}, {1: {3: 59_999}}, {1: {3: 60_000}, 2: {3: 1}}, {2: {3: 60_000}}])
def test_a_payment_is_planned_to_the_fen(plan):
    with pytest.raises(MalformedPosting, match="the months of the plan"):
        movements.request_payment({1: 60_000}, document=ORDER, plan=plan)


def test_a_year_has_twelve_months():
    for month in (0, 13):
        with pytest.raises(MalformedPosting):
            movements.plan_months({1: {month: 5}})
