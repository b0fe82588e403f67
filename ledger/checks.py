"""What must be true of the books: plain questions in SQL, each of which finds nothing in sound books.

Run them after every test, every night in one REPEATABLE READ READ ONLY transaction, before and after a migration.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from ledger.chart_of_accounts import Account


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the check that saw it, where, and the figures as the query gave them."""

    check: str
    region_code: int
    year: int
    facts: dict[str, Any]


Check = Callable[[Session | Connection], list[Finding]]


def run_all(session: Session | Connection) -> list[Finding]:
    """Every finding of every check, in the order of CHECKS; empty for sound books."""
    return [finding for check in CHECKS for finding in check(session)]


def balanced_per_book(session: Session | Connection) -> list[Finding]:
    """I01: the entries of a txn sum to zero in every book it touches."""
    return _ask(session, "balanced_per_book", """
        select e.region, e.year, e.txn_id, c.book, sum(e.amount_fen)::bigint as difference_fen
        from ledger.entry e left join ledger.chart_of_accounts c on c.code = e.coa
        group by e.region, e.year, e.txn_id, c.book
        having sum(e.amount_fen) <> 0 or c.book is null""")  # fmt: skip


def whole_txns(session: Session | Connection) -> list[Finding]:
    """I02: every txn has two or more entries; no entry without its txn and its budget line; grain as in the chart."""
    return _ask(session, "whole_txns", """
        select t.region, t.year, t.id as txn_id, count(e.n) as entries, null::bigint as line_id
        from ledger.txn t
        left join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id
        group by t.region, t.year, t.id having count(e.n) < 2
        union all
        select e.region, e.year, e.txn_id, e.n, e.line_id
        from ledger.entry e
        left join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id
        left join ledger.budget_line l on l.region = e.region and l.year = e.year and l.id = e.line_id
        left join ledger.chart_of_accounts c on c.code = e.coa
        where t.id is null or l.id is null or c.code is null or (c.grain = 'line') <> (e.sub = '')""")  # fmt: skip


def stored_balances(session: Session | Connection) -> list[Finding]:
    """I03: a guarded account stores the sum of its entries and their number; an unguarded one stores nothing."""
    return _ask(session, "stored_balances", """
        with summed as (
            select e.region, e.year, e.line_id, e.coa, e.sub, sum(e.amount_fen)::bigint as entries_fen, count(*) as n
            from ledger.entry e join ledger.chart_of_accounts c on c.code = e.coa and c.guarded
            group by e.region, e.year, e.line_id, e.coa, e.sub
        )
        select region, year, line_id, coa, sub, a.balance_fen as stored_fen, s.entries_fen, a.seq as stored_seq, s.n
        from ledger.account a full join summed s using (region, year, line_id, coa, sub)
        left join ledger.chart_of_accounts c on c.code = coa
        where a.balance_fen is distinct from s.entries_fen or a.seq is distinct from s.n
           or a.normal is distinct from c.normal""")  # fmt: skip


def gapless_sequences(session: Session | Connection) -> list[Finding]:
    """I04: the entries of a guarded account are numbered 1 to n; those of an unguarded one not at all."""
    return _ask(session, "gapless_sequences", """
        select e.region, e.year, e.line_id, e.coa, e.sub, min(e.seq) as first, max(e.seq) as last, count(*) as n
        from ledger.entry e join ledger.chart_of_accounts c on c.code = e.coa
        group by e.region, e.year, e.line_id, e.coa, e.sub, c.guarded
        having case when c.guarded
            then min(e.seq) is distinct from 1 or max(e.seq) is distinct from count(*)
                 or count(distinct e.seq) <> count(*)
            else count(e.seq) > 0 end""")  # fmt: skip


def running_balances(session: Session | Connection) -> list[Finding]:
    """I05: each guarded entry carries the balance before it plus its own amount."""
    return _ask(session, "running_balances", """
        select * from (
            select e.region, e.year, e.line_id, e.coa, e.sub, e.seq, e.balance_after_fen,
                   sum(e.amount_fen) over account::bigint as expected_fen
            from ledger.entry e where e.seq is not null
            window account as (partition by e.region, e.year, e.line_id, e.coa, e.sub order by e.seq)) r
        where r.balance_after_fen is distinct from r.expected_fen""")  # fmt: skip


def never_on_the_wrong_side(session: Session | Connection) -> list[Finding]:
    """I06: no guarded balance was ever on the wrong side, in all its history."""
    return _ask(session, "never_on_the_wrong_side", """
        select e.region, e.year, e.txn_id, e.line_id, e.coa, e.sub, e.seq, e.balance_after_fen
        from ledger.entry e join ledger.chart_of_accounts c on c.code = e.coa
        where c.guarded and e.balance_after_fen * c.normal < 0
        union all
        select a.region, a.year, null, a.line_id, a.coa, a.sub, a.seq, a.balance_fen
        from ledger.account a where a.balance_fen * a.normal < 0""")  # fmt: skip


def budget_equation(session: Session | Connection) -> list[Finding]:
    """I07: the appropriation of a line is the sum of all places its money can stand."""
    return _ask(session, "budget_equation", f"""
        select a.region, a.year, a.line_id,
               coalesce(sum(a.balance_fen) filter (where a.coa = {Account.APPROPRIATION:d}), 0)::bigint
               as appropriation_fen,
               coalesce(-sum(a.balance_fen) filter (where a.coa <> {Account.APPROPRIATION:d}), 0)::bigint
               as standing_fen
        from ledger.account a join ledger.chart_of_accounts c on c.code = a.coa and c.book = 'budget'
        group by a.region, a.year, a.line_id having sum(a.balance_fen) <> 0""")  # fmt: skip


def plan_equation(session: Session | Connection) -> list[Finding]:
    """I08: the plan ceiling of a line is the sum of all places its plan money can stand."""
    return _ask(session, "plan_equation", f"""
        select a.region, a.year, a.line_id,
               coalesce(sum(a.balance_fen) filter (where a.coa = {Account.CEILING:d}), 0)::bigint as ceiling_fen,
               coalesce(-sum(a.balance_fen) filter (where a.coa <> {Account.CEILING:d}), 0)::bigint as standing_fen
        from ledger.account a join ledger.chart_of_accounts c on c.code = a.coa and c.book = 'cash_plan'
        group by a.region, a.year, a.line_id having sum(a.balance_fen) <> 0""")  # fmt: skip


def plan_ceiling_matches(session: Session | Connection) -> list[Finding]:
    """I08b: per line, plan ceiling = appropriation + carried in, and plan money cancelled = lapsed + carried out."""
    if not _has_plans(session):
        return []
    return _ask(session, "plan_ceiling_matches", f"""
        select * from (
            select a.region, a.year, a.line_id, {_line_sum(Account.CEILING)},
                   {_line_sum(Account.APPROPRIATION, Account.CARRIED_IN)},
                   {_line_sum(Account.PLAN_CANCELLED)}, {_line_sum(Account.LAPSED, Account.CARRIED_OUT)}
            from ledger.account a group by a.region, a.year, a.line_id) l
        where ceiling_fen <> appropriation_fen or plan_cancelled_fen <> lapsed_fen""")  # fmt: skip


def plan_matches(session: Session | Connection) -> list[Finding]:
    """I09: per line and document, plan money requested = in payment and plan money paid = paid: no payment that no
    approved plan covers."""
    if not _has_plans(session):
        return []
    return _ask(session, "plan_matches", f"""
        {_SUMS} select region, year, line_id, sub, plan_requested_fen, in_payment_fen, plan_paid_fen, paid_fen
        from sums where plan_requested_fen <> in_payment_fen or plan_paid_fen <> paid_fen""")  # fmt: skip


def plan_month_reached(session: Session | Connection) -> list[Finding]:
    """I09b: a payment draws on the plan of its own month or an earlier one."""
    return _ask(session, "plan_month_reached", f"""
        select t.region, t.year, t.id as txn_id, e.line_id, e.sub, t.effective_on
        from ledger.entry e
        join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id and t.reverses is null
        where e.coa = {Account.PLAN_AVAILABLE:d} and e.amount_fen > 0
          and right(e.sub, 2)::int > extract(month from t.effective_on)
          and exists (
              select from ledger.entry r
              where r.region = e.region and r.year = e.year and r.txn_id = e.txn_id
                and r.coa = {Account.PLAN_REQUESTED:d} and r.amount_fen < 0)""")  # fmt: skip


def payables_match(session: Session | Connection) -> list[Finding]:
    """I10: per line and document, payables in the financial book = accrued + in payment in the budget book."""
    return _ask(session, "payables_match", f"""
        {_SUMS} select region, year, line_id, sub, payable_fen, accrued_fen, in_payment_fen from sums
        where payable_fen <> accrued_fen + in_payment_fen""")  # fmt: skip


def paid_matches(session: Session | Connection) -> list[Finding]:
    """I11: per line and document, expenditure = paid = what each channel paid from, in both accounting books."""
    return _ask(session, "paid_matches", f"""
        {_SUMS} select region, year, line_id, sub, paid_fen, expenditure_fen, fiscal_revenue_fen, budget_revenue_fen,
                       zero_balance_fen, zero_balance_funds_fen, bank_deposits_fen, monetary_funds_fen
        from sums
        where (paid_fen, fiscal_revenue_fen, zero_balance_fen, bank_deposits_fen) is distinct from
              (-expenditure_fen, budget_revenue_fen, zero_balance_funds_fen, monetary_funds_fen)
           or paid_fen <> fiscal_revenue_fen + zero_balance_fen + bank_deposits_fen""")  # fmt: skip


def exact_reversals(session: Session | Connection) -> list[Finding]:
    """I12: a reversal negates its original entry by entry, and only once."""
    return _ask(session, "exact_reversals", """
        with pairs as (
            select r.region, r.year, r.id, r.reverses from ledger.txn r where r.reverses is not null
        ), off as (
            select p.region, p.year, p.id, e.line_id, e.coa, e.sub, sum(e.amount_fen)::bigint as difference_fen
            from pairs p join ledger.entry e on e.region = p.region and e.year = p.year
                and e.txn_id in (p.id, p.reverses)
            group by p.region, p.year, p.id, e.line_id, e.coa, e.sub having sum(e.amount_fen) <> 0
        )
        select region, year, id as txn_id, line_id, coa, sub, difference_fen from off
        union all
        select p.region, p.year, p.id, null, null, null, null from pairs p
        where not exists (select from ledger.txn o
                          where o.region = p.region and o.year = p.year and o.id = p.reverses and o.id <> p.id)
        union all
        select region, year, max(id), null, null, null, null from pairs
        group by region, year, reverses having count(*) > 1""")  # fmt: skip


def reserved_first(session: Session | Connection) -> list[Finding]:
    """I13: no money of a document in any book before a reservation put it there, in this year or, carried in, before.

    Refunds of earlier years' payments, what waits in suspense and what a worksheet carries have no order in this year.
    """
    elsewhere = ", ".join(f"{account:d}" for account in _WITHOUT_RESERVATION)
    beginnings = ", ".join(f"{account:d}" for account in _BEGINNINGS)
    return _ask(session, "reserved_first", f"""
        select e.region, e.year, e.line_id, e.sub, min(e.txn_id) as txn_id
        from ledger.entry e join ledger.chart_of_accounts c on c.code = e.coa and c.grain = 'document'
        where e.coa not in ({elsewhere}) and not exists (
            select from ledger.entry r
            where r.region = e.region and r.year = e.year and r.line_id = e.line_id and r.sub = e.sub
              and r.coa in ({beginnings})
              and coalesce(r.seq, 1) = 1 and r.txn_id <= e.txn_id
              and r.amount_fen * case when r.coa = {Account.CARRIED_IN:d} then -1 else 1 end < 0)
        group by e.region, e.year, e.line_id, e.sub""")  # fmt: skip


def chain_kept(session: Session | Connection) -> list[Finding]:
    """I13b: budget money moves only along the chain, so nothing is paid that was not accrued, committed, reserved.

    Reversals are judged by `exact_reversals`; their originals are judged here.
    """
    steps = ", ".join(f"({debit:d}, {credit:d})" for debit, credit in BUDGET_STEPS)
    return _ask(session, "chain_kept", f"""
        with budget as (
            select e.region, e.year, e.txn_id, e.line_id, e.coa, e.sub, e.amount_fen
            from ledger.entry e
            join ledger.chart_of_accounts c on c.code = e.coa and c.book = 'budget'
            join ledger.txn t on t.region = e.region and t.year = e.year and t.id = e.txn_id and t.reverses is null
        )
        select d.region, d.year, d.txn_id, d.line_id, d.coa as debit_account, k.coa as credit_account
        from budget d join budget k on k.region = d.region and k.year = d.year and k.txn_id = d.txn_id
            and k.line_id = d.line_id and (k.sub = d.sub or k.sub = '' or d.sub = '')
        where d.amount_fen > 0 and k.amount_fen < 0 and (d.coa, k.coa) not in ({steps})""")  # fmt: skip


def treasury_sums(session: Session | Connection) -> list[Finding]:
    """I14: per line and document, all instructions and claims on earlier years = to send + outstanding + confirmed +
    refunds to collect + collected for the treasury."""
    return _ask(session, "treasury_sums", f"""
        {_SUMS} select region, year, line_id, sub, instructed_fen, to_send_fen, outstanding_fen, confirmed_fen,
                       to_collect_fen, prior_claims_fen, collected_for_treasury_fen
        from sums
        where instructed_fen + prior_claims_fen + to_send_fen + outstanding_fen + confirmed_fen + to_collect_fen
            + collected_for_treasury_fen <> 0""")  # fmt: skip


def treasury_matches(session: Session | Connection) -> list[Finding]:
    """I14b: per line and document, instructions to send and outstanding = in payment; confirmed, or confirmed and to
    be collected again, = paid."""
    return _ask(session, "treasury_matches", f"""
        {_SUMS} select region, year, line_id, sub, paid_fen, confirmed_fen, to_collect_fen, in_payment_fen,
                       to_send_fen, outstanding_fen
        from sums
        where paid_fen + confirmed_fen + to_collect_fen + prior_claims_fen + collected_for_treasury_fen <> 0
           or in_payment_fen + to_send_fen + outstanding_fen <> 0""")  # fmt: skip


def refunds_match(session: Session | Connection) -> list[Finding]:
    """I14c: per line and document, refunds due = refunds to collect, surrendered = collected for the treasury, and the
    claims on earlier years are the same in both books."""
    return _ask(session, "refunds_match", f"""
        {_SUMS} select region, year, line_id, sub, refunds_due_fen, to_collect_fen, surrendered_fen,
                       collected_for_treasury_fen, prior_years_fen, prior_claims_fen
        from sums where (refunds_due_fen, surrendered_fen, prior_years_fen)
            is distinct from (to_collect_fen, collected_for_treasury_fen, prior_claims_fen)""")  # fmt: skip


def carry_conserves(session: Session | Connection) -> list[Finding]:
    """I17: what a document carried out of one year it carried into the next, to the fen, and over all years nothing is
    left on the bridge between them."""
    return _ask(session, "carry_conserves", f"""
        with moved as (
            select e.region, case when e.coa = {Account.CARRIED_IN:d} then e.year - 1 else e.year end as year, e.sub,
                   sum(e.amount_fen) filter (where e.coa <> {Account.YEAR_BRIDGE:d}) as carried_fen,
                   sum(e.amount_fen) filter (where e.coa = {Account.YEAR_BRIDGE:d}) as bridge_fen
            from ledger.entry e
            where e.coa in ({Account.CARRIED_OUT:d}, {Account.CARRIED_IN:d}, {Account.YEAR_BRIDGE:d})
            group by 1, 2, 3
        )
        select region, year, sub, carried_fen::bigint as difference_fen, 'years' as span from moved
        where carried_fen <> 0
        union all
        select region, max(year), sub, sum(bridge_fen)::bigint, 'bridge' from moved
        group by region, sub having sum(bridge_fen) <> 0""")  # fmt: skip


def suspense_matches(session: Session | Connection) -> list[Finding]:
    """I22: per reference, what waits in suspense is what the treasury named and nobody could match."""
    return _ask(session, "suspense_matches", f"""
        {_SUMS} select region, year, line_id, sub, suspense_fen, unmatched_fen from sums
        where suspense_fen + unmatched_fen <> 0""")  # fmt: skip


def dated_inside_the_year(session: Session | Connection) -> list[Finding]:
    """I16: every txn is effective in a month of its own year that was opened."""
    return _ask(session, "dated_inside_the_year", """
        select t.region, t.year, t.id as txn_id, t.effective_on
        from ledger.txn t
        left join ledger.period p
            on p.region = t.region and p.year = t.year and p.month = extract(month from t.effective_on)
        where extract(year from t.effective_on) <> t.year or p.month is null""")  # fmt: skip


def seals_chained(session: Session | Connection) -> list[Finding]:
    """I18: seals are numbered and cover their txns without a gap, each carries the hash before it, and each sealed txn
    is there once. Whether the hashes are true is for `verify_seals` to say."""
    if session.execute(text("select to_regclass('ledger.seal')")).scalar() is None:
        # Books from before there were seals, on their way to the newer schema.
        return []
    return _ask(session, "seals_chained", """
        with chain as (
            select region, year, no, first_seq, last_seq, previous,
                   lag(hash, 1, ''::bytea) over w as expected, lag(no, 1, 0) over w as no_before,
                   lag(last_seq, 1, 0::bigint) over w as seq_before
            from ledger.seal window w as (partition by region, year order by no)
        ), covered as (
            select region, year, no, count(*) as n, min(seq) as first_seq, max(seq) as last_seq
            from ledger.sealed_txn group by region, year, no
        )
        select region, year, no, null::bigint as txn_id from chain
        where no <> no_before + 1 or first_seq <> seq_before + 1 or previous <> expected
        union all
        select region, year, no, null from chain s full join covered c using (region, year, no)
        where (s.first_seq, s.last_seq, s.last_seq - s.first_seq + 1)
            is distinct from (c.first_seq, c.last_seq, c.n)
        union all
        select s.region, s.year, s.no, s.txn_id from ledger.sealed_txn s
        where not exists (select from ledger.txn t
                          where t.region = s.region and t.year = s.year and t.id = s.txn_id)""")  # fmt: skip


CHECKS: tuple[Check, ...] = (
    balanced_per_book,
    whole_txns,
    stored_balances,
    gapless_sequences,
    running_balances,
    never_on_the_wrong_side,
    budget_equation,
    plan_equation,
    plan_ceiling_matches,
    plan_matches,
    plan_month_reached,
    payables_match,
    paid_matches,
    exact_reversals,
    reserved_first,
    chain_kept,
    treasury_sums,
    treasury_matches,
    refunds_match,
    carry_conserves,
    suspense_matches,
    dated_inside_the_year,
    seals_chained,
)

# Which account may be debited against which in the budget book, line by line.
BUDGET_STEPS: tuple[tuple[Account, Account], ...] = (
    (Account.APPROPRIATION, Account.AVAILABLE),
    (Account.AVAILABLE, Account.APPROPRIATION),
    (Account.AVAILABLE, Account.FROZEN),
    (Account.FROZEN, Account.AVAILABLE),
    (Account.AVAILABLE, Account.LAPSED),
    (Account.AVAILABLE, Account.RESERVED),
    (Account.RESERVED, Account.AVAILABLE),
    (Account.RESERVED, Account.COMMITTED),
    (Account.COMMITTED, Account.AVAILABLE),
    (Account.COMMITTED, Account.ACCRUED),
    (Account.ACCRUED, Account.COMMITTED),
    (Account.ACCRUED, Account.AVAILABLE),
    (Account.ACCRUED, Account.IN_PAYMENT),
    (Account.IN_PAYMENT, Account.ACCRUED),
    (Account.IN_PAYMENT, Account.PAID),
    (Account.PAID, Account.ACCRUED),
    (Account.PAID, Account.AVAILABLE),
    (Account.AVAILABLE, Account.CARRIED_OUT),
    (Account.RESERVED, Account.CARRIED_OUT),
    (Account.COMMITTED, Account.CARRIED_OUT),
    (Account.ACCRUED, Account.CARRIED_OUT),
    (Account.CARRIED_IN, Account.AVAILABLE),
    (Account.CARRIED_IN, Account.RESERVED),
    (Account.CARRIED_IN, Account.COMMITTED),
    (Account.CARRIED_IN, Account.ACCRUED),
)

# By which a document's money comes into a year: credited first, or debited where it is carried in.
_BEGINNINGS = (Account.RESERVED, Account.CARRIED_IN, Account.PRIOR_CLAIMS, Account.YEAR_BRIDGE)

# Accounts in which a document may stand that nobody reserved money for in this year.
_WITHOUT_RESERVATION = (
    Account.CARRIED_OUT,
    Account.CARRIED_IN,
    Account.UNMATCHED,
    Account.SUSPENSE,
    Account.PRIOR_YEARS,
    Account.PRIOR_CLAIMS,
    Account.YEAR_BRIDGE,
)


def _sum_of(account: Account) -> str:
    return f"coalesce(-sum(amount_fen) filter (where coa = {account:d}), 0)::bigint as {account.name.lower()}_fen"


# Credit positive, per line and document, from the entries themselves and not from what is stored.
_SUMMED = ", ".join(
    _sum_of(account)
    for account in (
        Account.ACCRUED,
        Account.IN_PAYMENT,
        Account.PAID,
        Account.PAYABLE,
        Account.FISCAL_REVENUE,
        Account.BUDGET_REVENUE,
        Account.EXPENDITURE,
        Account.INSTRUCTED,
        Account.TO_SEND,
        Account.OUTSTANDING,
        Account.CONFIRMED,
        Account.TO_COLLECT,
        Account.REFUNDS_DUE,
        Account.ZERO_BALANCE,
        Account.BANK_DEPOSITS,
        Account.PRIOR_YEARS,
        Account.SURRENDERED,
        Account.ZERO_BALANCE_FUNDS,
        Account.MONETARY_FUNDS,
        Account.COLLECTED_FOR_TREASURY,
        Account.UNMATCHED,
        Account.PRIOR_CLAIMS,
        Account.SUSPENSE,
        Account.PLAN_REQUESTED,
        Account.PLAN_PAID,
    )
)
_SUMS = (
    f"with sums as (select region, year, line_id, sub, {_SUMMED} from ledger.entry"
    " where sub <> '' group by region, year, line_id, sub)"
)


def _line_sum(*accounts: Account) -> str:
    """What stands in these accounts of a line, on their normal side, named after the first."""
    codes = ", ".join(f"{account:d}" for account in accounts)
    name = accounts[0].name.lower()
    return f"coalesce(sum(a.balance_fen * a.normal) filter (where a.coa in ({codes})), 0)::bigint as {name}_fen"


def _has_plans(session: Session | Connection) -> bool:
    """Books from before there were fund-use plans are on their way to the newer chart."""
    known = text("select exists (select from ledger.chart_of_accounts where code = :code)")
    return bool(session.execute(known, {"code": int(Account.CEILING)}).scalar())


def _ask(session: Session | Connection, check: str, question: str) -> list[Finding]:
    findings = []
    for row in session.execute(text(question)).mappings():
        facts = dict(row)
        findings.append(Finding(check, facts.pop("region"), facts.pop("year"), facts))
    return findings
