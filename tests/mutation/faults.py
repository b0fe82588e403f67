"""The table of deliberate faults: what is replaced by what, what that breaks, and which tests must fail for it."""

from __future__ import annotations

from dataclasses import dataclass

_LEDGER = "tests/ledger/test_ledger_"


@dataclass(frozen=True)
class Fault:
    """`replaced` stands exactly once in `file`; with `replacement` in its place one of `tests` must fail."""

    name: str
    file: str
    replaced: str
    replacement: str
    breaks: str
    tests: tuple[str, ...]


def _posting_rows(name: str, replaced: str, replacement: str, breaks: str) -> Fault:
    return Fault(name, "ledger/movements.py", replaced, replacement, breaks, (_LEDGER + "movements.py",))


def _posting_sql(name: str, replaced: str, replacement: str, breaks: str, *tests: str) -> Fault:
    return Fault(name, "ledger/posting.sql", replaced, replacement, breaks, tests or (_LEDGER + "posting.py",))


def _check(name: str, replaced: str, replacement: str, breaks: str) -> Fault:
    return Fault(name, "ledger/checks.py", replaced, replacement, breaks, (_LEDGER + "checks.py",))


def _books(name: str, replaced: str, replacement: str, breaks: str, *tests: str) -> Fault:
    return Fault(name, "mall/ordering/order_books.py", replaced, replacement, breaks, tests)


def _fault(name: str, file: str, replaced: str, replacement: str, breaks: str, *tests: str) -> Fault:
    return Fault(name, file, replaced, replacement, breaks, tests)


FAULTS: tuple[Fault, ...] = (
    # -- posting rows
    _posting_rows(
        "reserve commits",
        "return _move(by_line, Account.AVAILABLE, Account.RESERVED, document)",
        "return _move(by_line, Account.AVAILABLE, Account.COMMITTED, document)",
        "a submitted order stands as approved",
    ),
    _posting_rows(
        "release loses the money",
        "return _move(by_line, Account.COMMITTED, Account.AVAILABLE, document)",
        "return _move(by_line, Account.COMMITTED, Account.FROZEN, document)",
        "a cancelled contract does not give its money back",
    ),
    _posting_rows(
        "cheaper contract keeps the rest",
        "        *_move(cheaper, Account.RESERVED, Account.AVAILABLE, document),\n",
        "",
        "what a cheaper contract leaves stays reserved for ever",
    ),
    _posting_rows(
        "accrual without payable",
        "        *_move(by_line, _one_of(COSTS, cost), Account.PAYABLE, document),\n",
        "",
        "accepted goods are owed to nobody",
    ),
    _posting_rows(
        "return the wrong way round",
        "        *_move(by_line, Account.ACCRUED, Account.COMMITTED, document),\n"
        "        *_move(by_line, Account.PAYABLE, _one_of(TAKEN_BACK, cost), document),",
        "        *_move(by_line, Account.ACCRUED, Account.COMMITTED, document),\n"
        "        *_move(by_line, _one_of(TAKEN_BACK, cost), Account.PAYABLE, document),",
        "goods that go back raise what is owed for them",
    ),
    _posting_rows(
        "sending books nothing away",
        "return _move(by_line, Account.OUTSTANDING, Account.TO_SEND, document)",
        "return _move(by_line, Account.TO_SEND, Account.OUTSTANDING, document)",
        "an instruction that left is still to be sent",
    ),
    _posting_rows(
        "payment without budgetary book",
        "        *_move(by_line, Account.EXPENDITURE, budgetary, document),\n",
        "",
        "a payment is no expenditure of the budget",
    ),
    _posting_rows(
        "refused after sending as before",
        "        *_move(by_line, Account.INSTRUCTED, Account.OUTSTANDING, document),",
        "        *_move(by_line, Account.INSTRUCTED, Account.TO_SEND, document),",
        "a refused instruction stays outstanding at the treasury",
    ),
    _posting_rows(
        "refund not available",
        "        *_move(by_line, Account.PAID, Account.AVAILABLE, document),",
        "        *_move(by_line, Account.PAID, Account.COMMITTED, document),",
        "money that came back cannot be spent",
    ),
    _posting_rows(
        "transfer makes money",
        "    if left_over_fen:\n",
        "    if left_over_fen < 0:\n",
        "a transfer between lines may make money out of nothing",
    ),
    # -- the one writer of the books
    _posting_sql(
        "guard without its side",
        "              and (a.balance_fen + v_amount) * a.normal >= 0\n",
        "",
        "the guard lets an account below zero, up to the constraint",
    ),
    Fault(
        "no constraint on the side",
        "ledger/schema.sql",
        "check (balance_fen * normal >= 0)",
        "check (true)",
        "nothing stops an account below zero once the guard is passed by",
        (_LEDGER + "posting.py", _LEDGER + "checks.py", _LEDGER + "privileges.py"),
    ),
    _posting_sql(
        "closed months take postings",
        "and month = v_month and state = 'open'\n    on conflict do nothing",
        "and month = v_month\n    on conflict do nothing",
        "a closed month is changed afterwards",
        _LEDGER + "fiscal_year.py",
        _LEDGER + "posting.py",
    ),
    _posting_sql(
        "no gate before the month",
        "v_is_locked := pg_advisory_xact_lock_shared(ledger.lock_key(1, p_region, p_year, v_month)) is not null;",
        "v_is_locked := true;",
        "a posting that began before the closing of its month comes after it",
        _LEDGER + "concurrency.py",
    ),
    _posting_sql(
        "nothing need balance",
        "    having sum(e.amount_fen) <> 0 or c.book is null\n    limit 1;",
        "    having c.book is null\n    limit 1;",
        "one-sided entries are taken",
        _LEDGER + "posting.py",
        _LEDGER + "privileges.py",
    ),
    _posting_sql(
        "books balance only together",
        "    select e.txn_id, c.book, sum(e.amount_fen) as difference_fen into broken\n"
        "    from inserted e left join ledger.chart_of_accounts c on c.code = e.coa\n"
        "    group by e.region, e.year, e.txn_id, c.book\n"
        "    having sum(e.amount_fen) <> 0 or c.book is null",
        "    select e.txn_id, min(c.book) as book, sum(e.amount_fen) as difference_fen into broken\n"
        "    from inserted e left join ledger.chart_of_accounts c on c.code = e.coa\n"
        "    group by e.region, e.year, e.txn_id\n"
        "    having sum(e.amount_fen) <> 0 or bool_or(c.book is null)",
        "a debit in one book pays for a credit in another",
    ),
    _posting_sql(
        "replay of other content",
        "and not ledger.entries_differ(p_region, p_year, v_first.id, 1, p_lines, p_accounts, p_subs, p_amounts)",
        "",
        "another amount under the same identity is answered as if it had been booked",
    ),
    _posting_sql(
        "replay on another day",
        "if found and v_first.effective_on = p_effective_on and",
        "if found and",
        "the same identity on another day is answered as if it had been booked",
    ),
    _posting_sql(
        "reversal of anything",
        "    if p_reverses is not null\n       and ledger.entries_differ(",
        "    if false\n       and ledger.entries_differ(",
        "a reversal may book what it likes",
    ),
    _posting_sql(
        "any day in any year",
        "    if extract(year from p_effective_on) <> p_year then",
        "    if false then",
        "this year's books take last year's day",
    ),
    _posting_sql(
        "entries not numbered on",
        "set balance_fen = a.balance_fen + v_amount, seq = a.seq + 1\n",
        "set balance_fen = a.balance_fen + v_amount, seq = a.seq + 2\n",
        "numbers of an account are left out, as if entries had been taken away",
    ),
    _posting_sql(
        "locks as they come",
        'array_agg(e.i order by e.traits & 4, e.line_id, e.coa, e.sub collate "C")',
        "array_agg(e.i order by e.i)",
        "two postings over the same lines lock each other out",
        _LEDGER + "concurrency.py",
    ),
    _posting_sql(
        "two entries of two books",
        "p_amounts[1] + p_amounts[2] = 0 and p_accounts[1] / 1000 = p_accounts[2] / 1000;",
        "p_amounts[1] + p_amounts[2] = 0;",
        "the short way past the trigger lets a debit in one book pay for a credit in another",
        _LEDGER + "posting.py",
        _LEDGER + "privileges.py",
    ),
    _posting_sql(
        "two entries of any amounts",
        "p_amounts[1] + p_amounts[2] = 0 and p_accounts[1] / 1000 = p_accounts[2] / 1000;",
        "p_accounts[1] / 1000 = p_accounts[2] / 1000;",
        "the short way past the trigger takes two entries that do not balance",
        _LEDGER + "posting.py",
        _LEDGER + "privileges.py",
    ),
    _posting_sql(
        "hot account taken for a cold one",
        "    when p_coa in (1100) then 14\n",
        "    when p_coa in (1100) then 10\n",
        "buyers of one line no longer queue in order",
        _LEDGER + "posting.py",
    ),
    _posting_sql(
        "entries may be changed",
        "create trigger append_only before update or delete or truncate on ledger.entry",
        "create trigger append_only before truncate on ledger.entry",
        "whoever owns the table rewrites entries in silence",
        _LEDGER + "privileges.py",
    ),
    _posting_sql(
        "posted on an old snapshot",
        "if current_setting('transaction_isolation') <> 'read committed' then\n"
        "        raise exception 'the ledger is posted",
        "if false then\n        raise exception 'the ledger is posted",
        "a posting that looks at the past sees a closed month open",
        _LEDGER + "posting.py",
        _LEDGER + "concurrency.py",
    ),
    # -- what looks for damage
    _check(
        "stored balances unchecked",
        "where a.balance_fen is distinct from s.entries_fen or a.seq",
        "where a.seq",
        "a balance that was edited is not found",
    ),
    _check(
        "running balances unchecked",
        "where r.balance_after_fen is distinct from r.expected_fen",
        "where false",
        "a running balance that was edited is not found",
    ),
    _check("reversals unchecked", "    exact_reversals,\n", "", "a reversal of another amount is not found"),
    _check(
        "payables unchecked",
        "where payable_fen <> accrued_fen + in_payment_fen",
        "where payable_fen < accrued_fen + in_payment_fen",
        "a payable without a debt in the budget book is not found",
    ),
    # -- seals
    Fault(
        "sealed before it is settled",
        "ledger/sealing.sql",
        "          and t.xid < pg_snapshot_xmin(pg_current_snapshot())\n",
        "",
        "a posting that commits late is never sealed",
        ("tests/ledger/test_seal.py",),
    ),
    Fault(
        "seals out of their chain",
        "ledger/sealing.sql",
        "       or p_previous is distinct from coalesce(v_last.hash, ''::bytea)\n",
        "",
        "a seal need not know the one before it",
        ("tests/ledger/test_seal.py",),
    ),
    Fault(
        "leaf without its place",
        "ledger/seal_digest.py",
        "fields(_LEAF_VERSION, region_code, year, seq, txn_id)",
        "fields(_LEAF_VERSION, region_code, year)",
        "two postings may change places under one seal",
        ("tests/ledger/test_seal_digest.py", "tests/ledger/test_verify_seals.py"),
    ),
    Fault(
        "seal believed unread",
        "ledger/verify_seals.py",
        "if self._seal_hash(digest, seal) != bytes(seal.hash):",
        "if False:",
        "the facts of a seal can be rewritten",
        ("tests/ledger/test_verify_seals.py",),
    ),
    # -- what the steps of an order book
    _books(
        "difference is the whole",
        "(line, line.amount_fen - line.contract_amount_fen) for line",
        "(line, line.amount_fen) for line",
        "a contract releases the money it needs",
        "tests/journeys/test_supplier_answers.py",
        "tests/journeys/test_books.py",
    ),
    _books(
        "assets as expense",
        "movements.accrue(assets, document=order.reference, cost=Account.ACCEPTED_ASSETS)",
        "movements.accrue(assets, document=order.reference, cost=Account.EXPENSE)",
        "a computer is used up on the day it comes",
        "tests/journeys/test_books.py",
        "tests/journeys/test_acceptance.py",
    ),
    _books(
        "second round as the first",
        'event=event if order.round == 1 else f"{event}.{order.round}",',
        "event=event,",
        "an order that was returned and submitted anew reserves nothing",
        "tests/journeys/test_before_approval.py",
    ),
    # -- doing a thing once, and one after the other
    Fault(
        "any body under a key",
        "mall/documents/once.py",
        "    if known.body_hash != body_hash:\n",
        "    if known.body_hash == '':\n",
        "another request is answered with what this one got",
        ("tests/mall/documents/test_once.py",),
    ),
    Fault(
        "answer not kept",
        "mall/documents/once.py",
        ".values(answer=answer)",
        ".values(answer=None)",
        "whoever asks again gets an empty answer",
        ("tests/mall/documents/test_once.py",),
    ),
    Fault(
        "key not held against others",
        "mall/documents/once.py",
        "            .on_conflict_do_nothing()\n            .returning(RequestRecord.user_id)",
        "            .on_conflict_do_update(index_elements=['user_id', 'action', 'request_key'],"
        " set_={'body_hash': body_hash})\n            .returning(RequestRecord.user_id)",
        "a repeated request is done again",
        ("tests/mall/documents/test_once.py",),
    ),
    Fault(
        "approved side by side",
        "mall/ordering/order_action.py",
        "select(Order).where(Order.number == number)).with_for_update()",
        "select(Order).where(Order.number == number))",
        "two approvers at once both approve",
        ("tests/concurrency/test_two_approvers_at_once.py",),
    ),
    # -- once survivors of this table
    _posting_sql(
        "replay of a part",
        "\n        or exists (select * from written except all select * from asked)",
        "",
        "a deed that says only a part of what was booked is answered as if it had been all",
    ),
    _posting_sql(
        "replay of more",
        "select exists (select * from asked except all select * from written)\n        or exists (",
        "select exists (",
        "a deed that says more than was booked is answered as if it had been booked",
    ),
    _posting_sql(
        "two entries lock as they come",
        "then '{1,2}'::integer[] else '{2,1}'::integer[] end;",
        "then '{1,2}'::integer[] else '{1,2}'::integer[] end;",
        "whoever waits for a document keeps everybody from the line, and two may wait for each other",
        _LEDGER + "concurrency.py",
    ),
    _check(
        "chain with a short cut",
        "    (Account.IN_PAYMENT, Account.PAID),\n",
        "    (Account.IN_PAYMENT, Account.PAID),\n    (Account.AVAILABLE, Account.PAID),\n",
        "money that was never reserved is paid and nobody sees it",
    ),
    _fault(
        "cancelled though accepted",
        "mall/ordering/answer_order.py",
        '    if any(line.accepted for line in order.lines):\n        raise Refusal("order.partly_accepted"',
        '    if False:\n        raise Refusal("order.partly_accepted"',
        "goods that were accepted belong to an order that was cancelled",
        "tests/journeys/test_acceptance.py",
    ),
    # -- fund-use plans
    _fault(
        "money of months to come",
        "mall/finance/draw_plan_money.py",
        "until_month=on.month)",
        "until_month=12)",
        "what is planned for December is paid in June",
        "tests/journeys/test_fund_use_plans.py",
    ),
    _fault(
        "payment without a plan",
        "mall/finance/draw_plan_money.py",
        "        if missing_fen:\n",
        "        if missing_fen < 0:\n",
        "a payment leaves that no plan covers",
        "tests/journeys/test_fund_use_plans.py",
        "tests/concurrency/test_two_payments_on_one_plan.py",
    ),
    _fault(
        "plan above the budget",
        "ledger/cash_plan.py",
        "planned_fen = max(0, amount_fen - balance.unplanned_fen)",
        "planned_fen = 0",
        "a budget that shrinks leaves its plan as it was",
        "tests/journeys/test_fund_use_plans.py",
        "tests/ledger/test_ledger_budget_lines.py",
    ),
    # -- settlement
    _fault(
        "retention asked for",
        "mall/finance/settlement.py",
        "min(self.accepted_fen, self.invoiced_fen) - self.asked_fen - self.retained_fen)",
        "min(self.accepted_fen, self.invoiced_fen) - self.asked_fen)",
        "what is held back is paid with the rest",
        "tests/journeys/test_partial_payments.py",
    ),
    _fault(
        "money in transit asked for again",
        "mall/finance/settlement.py",
        "return self.requested_fen + self.in_transit_fen + self.kept_fen",
        "return self.requested_fen + self.kept_fen",
        "what is with the treasury is asked for a second time",
        "tests/journeys/test_partial_payments.py",
    ),
    _fault(
        "paid before the invoice",
        "mall/finance/settlement.py",
        "min(self.accepted_fen, self.invoiced_fen) - self.asked_fen - self.retained_fen)",
        "self.accepted_fen - self.asked_fen - self.retained_fen)",
        "money is asked for that no invoice is for",
        "tests/journeys/test_partial_payments.py",
    ),
    # -- the treasury's words
    _fault(
        "any hand signs",
        "mall/exchange/admit_call.py",
        "if signed is None or not fits(signed, keys, method=method, path=path, body=body):",
        "if signed is None:",
        "a forged return is taken",
        "tests/mall/exchange/test_treasury_api.py",
    ),
    _fault(
        "yesterday's call",
        "mall/exchange/admit_call.py",
        "    if abs(now - signed.at) > window:\n",
        "    if signed.at - now > window:\n",
        "a call that somebody kept is taken later",
        "tests/mall/exchange/test_treasury_api.py",
    ),
    _fault(
        "number used again",
        "mall/exchange/admit_call.py",
        "if signed.sequence_no <= standing.last_sequence_no:",
        "if signed.sequence_no < standing.last_sequence_no:",
        "two calls bear one number",
        "tests/mall/exchange/test_treasury_api.py",
    ),
    _fault(
        "any amount settles",
        "mall/exchange/settle_return.py",
        '    if line.amount_fen != payment.amount_fen:\n        return "amount_differs"\n',
        "",
        "a payment counts as paid whatever the treasury paid",
        "tests/mall/exchange/test_suspense.py",
    ),
    _fault(
        "said twice, waits twice",
        "mall/exchange/settle_return.py",
        '    if _is_known(line):\n        return _keep(actor, file_id, line, "repeated")\n',
        "",
        "a line that comes in two files is suspended as a second payment",
        "tests/mall/exchange/test_suspense.py",
        "tests/mall/exchange/test_treasury_api.py",
    ),
    _fault(
        "two eyes on suspense",
        "mall/exchange/decide_suspense.py",
        "if decides_budgets(actor, item) and actor.user_id in item.maker_ids:",
        "if False:",
        "who proposes a match approves it",
        "tests/mall/exchange/test_suspense.py",
    ),
    # -- suppliers' systems
    _fault(
        "listened to and sent again",
        "mall/supplier_push/admit_push.py",
        '        if not is_new:\n            raise Refusal("push.nonce_used", nonce=signed.nonce)\n',
        "",
        "a call that somebody kept is taken once more",
        "tests/mall/supplier_push/test_admission.py",
    ),
    _fault(
        "yesterday's push",
        "mall/supplier_push/admit_push.py",
        "    if abs(clock.now() - signed.at) > window:\n",
        "    if signed.at - clock.now() > window:\n",
        "a call is taken after its nonce was forgotten",
        "tests/mall/supplier_push/test_admission.py",
    ),
    _fault(
        "another house's messages",
        "mall/supplier_push/supplier_message.py",
        "    mine = (SupplierMessage.supplier_id == supplier_id, SupplierMessage.sequence_no.in_(asked))\n",
        "    mine = (SupplierMessage.sequence_no.in_(asked),)\n",
        "a supplier acknowledges what another one was told",
        "tests/mall/supplier_push/test_messages.py",
    ),
    _fault(
        "another house's goods",
        "mall/supplier_push/change_skus.py",
        "select(Listing).where(Listing.supplier_id == supplier_id, Listing.sku.in_(skus))",
        "select(Listing).where(Listing.sku.in_(skus))",
        "a supplier can tell which numbers others give their goods",
        "tests/mall/supplier_push/test_batches.py",
    ),
    _fault(
        "half a deed stays",
        "mall/supplier_push/change_skus.py",
        "        with session().begin_nested():\n            return deed(actor, listing, entry)\n",
        "        return deed(actor, listing, entry)\n",
        "goods above their ceiling come on the shelf although the answer says no",
        "tests/mall/supplier_push/test_batches.py",
    ),
    # -- the year's end
    _fault(
        "signed, and then the books moved",
        "mall/year_end/decide_worksheet.py",
        "    if changed:\n",
        '    if changed and worksheet.state == "draft":\n',
        "what was signed is not what is executed",
        "tests/journeys/test_year_end.py",
    ),
    _fault(
        "year ends over open documents",
        "mall/year_end/execute_worksheet.py",
        "    _require_no_open_documents(worksheet)\n",
        "",
        "a budget document of the old year is approved after the year was carried over",
        "tests/journeys/test_year_end.py",
    ),
    _fault(
        "one hand on a journal",
        "mall/finance/draw_up_journal.py",
        '    if in_buying_unit("finance")(actor, journal) and actor.user_id == journal.maker_id:\n',
        "    if False:\n",
        "who writes a journal approves it",
        "tests/journeys/test_periods_and_journals.py",
    ),
)
