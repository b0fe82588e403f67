"""The tampering drill: a superuser does what he likes to sealed books, and each deed is found and its place named.

Each deed is undone by a rollback; the control is the same books untouched, in which nothing is found.
"""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from ledger_scenes import NOON, REGION, YEAR
from seal_scenes import PLACE, books_apart, findings, line_with_orders, looked_at, seal_all, wait_until_settled
from sqlalchemy import text

from ledger.seal import latest_seals, seal_next
from ledger.seal_anchor import Anchor
from ledger.seal_guards import shipped_triggers
from ledger.verify_seals import Verified


@pytest.fixture(scope="module")
def books(worker_name):
    """Twelve txns under three seals of four: appropriation and eleven orders."""
    with books_apart(os.environ["SUNMALL_DATABASE_URL"], name=f"verify_{worker_name}") as (owner, role):
        ids = line_with_orders(owner, orders=11)
        wait_until_settled(owner, txns=12)
        assert len(seal_all(owner, role, txns=12)) == 3
        yield owner, role, ids


@pytest.fixture
def superuser(books):
    """Somebody who may do everything: `ids` are the txns, `orders[1]` the first order, `role` the application's."""
    owner, role, ids = books
    with owner.connect() as connection:
        connection.info["ids"], connection.info["role"] = ids, role
        yield connection
        connection.rollback()


def quietly(connection, *statements):
    """Take the guards away, do it, and put every guard back as it was."""
    guards = [(table, trigger) for table, trigger in shipped_triggers() if table != "period"]
    # Without parameters the driver takes many statements at once.
    at_once = {"no_parameters": True}
    connection.exec_driver_sql(
        ";".join(f"alter table ledger.{table} disable trigger {trigger}" for table, trigger in guards),
        execution_options=at_once,
    )
    for statement in statements:
        assert connection.execute(text(statement)).rowcount != 0, statement
    connection.exec_driver_sql(
        ";".join(f"alter table ledger.{table} enable always trigger {trigger}" for table, trigger in guards),
        execution_options=at_once,
    )


def at(superuser, number):
    """The id of the order of this number (0 is the appropriation)."""
    return superuser.info["ids"][number]


def anchor_of(connection, *, name="昨天.json"):
    return Anchor(name=name, day=None, at=NOON, seals=tuple(latest_seals(connection)), previous="")


def test_control_untouched_books_are_found_sound(superuser):
    assert looked_at(superuser) == [Verified(REGION, YEAR, 3, 12, 0)]
    assert findings(superuser, anchors=[anchor_of(superuser)]) == []


# -- txns and entries -------------------------------------------------------------------------------------------

EDITS = {
    "a memo": "update ledger.txn set memo = '办公用品 ' where id = {id}",
    "who did it": "update ledger.txn set actor = '别人' where id = {id}",
    "the day": "update ledger.txn set effective_on = effective_on + 1 where id = {id}",
    "the moment, by a millionth": "update ledger.txn set posted_at = posted_at + interval '1 microsecond'"
    " where id = {id}",
    "the document": "update ledger.txn set source_id = '99' where id = {id}",
    "the transaction": "update ledger.txn set xid = '3' where id = {id}",
    "its cause": "update ledger.txn set causation = '' where id = {id}",
    "an amount on both sides": "update ledger.entry set amount_fen = sign(amount_fen) * 11 where txn_id = {id}",
    "an account": "update ledger.entry set coa = 1300 where txn_id = {id} and coa = 1200",
    "a running balance": "update ledger.entry set balance_after_fen = balance_after_fen - 1"
    " where txn_id = {id} and n = 1",
    "a number in its account": "update ledger.entry set seq = seq + 100 where txn_id = {id} and n = 1",
    "the order of its entries": "update ledger.entry set n = n + 2 where txn_id = {id}",
    "an entry is taken out": "delete from ledger.entry where txn_id = {id} and n = 2",
    "all entries are taken out": "delete from ledger.entry where txn_id = {id}",
    "an entry is put in": "insert into ledger.entry (region, year, txn_id, n, line_id, coa, sub, amount_fen)"
    " select region, year, txn_id, 9, line_id, 3010, 'order:x', 5 from ledger.entry where txn_id = {id} and n = 1",
}


@pytest.mark.parametrize("what", EDITS)
def test_an_edited_txn_is_found_by_its_number(superuser, what):
    txn_id = at(superuser, 5)

    quietly(superuser, EDITS[what].format(id=txn_id))

    assert findings(superuser) == [("txn.edited", {"txn_id": txn_id, "seq": 6})]


def test_a_changed_budget_line_is_found_in_every_txn_that_names_it(superuser):
    quietly(superuser, "update ledger.budget_line set unit_id = 8")

    assert findings(superuser) == [
        ("txn.edited", {"txn_id": at(superuser, number), "seq": number + 1}) for number in range(12)
    ]


def test_a_deleted_txn_is_found_by_its_number(superuser):
    txn_id = at(superuser, 3)

    quietly(
        superuser, f"delete from ledger.entry where txn_id = {txn_id}", f"delete from ledger.txn where id = {txn_id}"
    )

    assert findings(superuser) == [("txn.deleted", {"txn_id": txn_id, "seq": 4})]


def insert_copy(superuser, *, of, under):
    return (
        "insert into ledger.txn overriding system value select (jsonb_populate_record(t,"
        f" jsonb_build_object('id', {under}, 'source_id', 'x'))).* from ledger.txn t where id = {of}",
        "insert into ledger.entry (region, year, txn_id, n, line_id, coa, sub, amount_fen, seq, balance_after_fen)"
        f" select region, year, {under}, n, line_id, coa, 'order:x', amount_fen, seq + 500, balance_after_fen"
        f" from ledger.entry where txn_id = {of}",
    )


def test_a_txn_that_pretends_to_be_old_is_found(superuser):
    quietly(superuser, *insert_copy(superuser, of=at(superuser, 4), under=7_777))

    assert findings(superuser) == [("txn.inserted", {"txn_id": 7_777})]


def renumber(superuser, *pairs):
    superuser.execute(text("alter table ledger.txn alter id drop identity"))
    quietly(
        superuser,
        *(
            statement
            for before, after in pairs
            for statement in (
                f"update ledger.txn set id = {after} where id = {before}",
                f"update ledger.entry set txn_id = {after} where txn_id = {before}",
            )
        ),
    )
    superuser.execute(text("alter table ledger.txn alter id add generated always as identity"))


def test_a_renumbered_txn_is_found_under_its_new_number(superuser):
    txn_id = at(superuser, 6)

    renumber(superuser, (txn_id, 8_888))

    assert findings(superuser) == [("txn.renumbered", {"txn_id": txn_id, "now": 8_888, "seq": 7})]


def test_two_txns_that_changed_places_are_found_in_each_others(superuser):
    one, other = at(superuser, 2), at(superuser, 9)

    renumber(superuser, (one, 9_999), (other, one), (9_999, other))

    assert findings(superuser) == [
        ("txn.swapped", {"txn_id": one, "now": other, "seq": 3}),
        ("txn.swapped", {"txn_id": other, "now": one, "seq": 10}),
    ]


def test_entries_that_changed_txns_are_found_in_both(superuser):
    one, other = at(superuser, 2), at(superuser, 9)

    quietly(
        superuser,
        f"update ledger.entry set txn_id = 9999 where txn_id = {one}",
        f"update ledger.entry set txn_id = {one} where txn_id = {other}",
        f"update ledger.entry set txn_id = {other} where txn_id = 9999",
    )

    assert findings(superuser) == [
        ("txn.edited", {"txn_id": one, "seq": 3}),
        ("txn.edited", {"txn_id": other, "seq": 10}),
    ]


# -- seals ------------------------------------------------------------------------------------------------------

ROOT = {"first_seq": 5, "last_seq": 8, "no": 2}
SEALS = {
    "a root is changed": (
        "update ledger.seal set root = sha256('x') where no = 2",
        [("seal.changed", {"no": 2}), ("seal.root_differs", ROOT)],
    ),
    "a moment is changed": (
        "update ledger.seal set sealed_at = sealed_at - interval '1 day' where no = 2",
        [("seal.changed", {"no": 2})],
    ),
    "a hash is changed": (
        "update ledger.seal set hash = sha256('x') where no = 2",
        [("seal.changed", {"no": 2}), ("seal.unchained", {"no": 3})],
    ),
    "a link is changed": (
        "update ledger.seal set previous = sha256('x') where no = 2",
        [("seal.unchained", {"no": 2}), ("seal.changed", {"no": 2})],
    ),
    "a seal in between is deleted": (
        "delete from ledger.seal where no = 2",
        [("seal.missing", {"first_no": 2, "last_no": 2})],
    ),
    "a leaf is changed": (
        "update ledger.sealed_txn set leaf = sha256('x') where seq = 6",
        [("member.changed", {"no": 2, "seq": 6, "txn_id": 6})],
    ),
    "a sealed txn is taken off the list": (
        "delete from ledger.sealed_txn where seq = 6",
        [
            ("member.missing", {"no": 2, "first_seq": 6, "last_seq": 6}),
            ("seal.root_differs", ROOT),
            ("txn.inserted", {"txn_id": 6}),
        ],
    ),
    "the last sealed txn of a batch is taken off the list": (
        "delete from ledger.sealed_txn where seq = 8",
        [
            ("member.missing", {"no": 2, "first_seq": 8, "last_seq": 8}),
            ("seal.root_differs", ROOT),
            ("txn.inserted", {"txn_id": 8}),
        ],
    ),
}


@pytest.mark.parametrize("what", SEALS)
def test_a_changed_seal_is_found_by_its_number(superuser, what):
    statement, expected = SEALS[what]
    ids = superuser.info["ids"]

    quietly(superuser, statement)

    # In the table above txns are counted from one.
    assert findings(superuser) == [
        (kind, {**facts, **({"txn_id": ids[facts["txn_id"] - 1]} if "txn_id" in facts else {})})
        for kind, facts in expected
    ]


def test_a_last_seal_torn_off_its_txns_is_found(superuser):
    quietly(superuser, "delete from ledger.seal where no = 3")

    assert findings(superuser) == [
        ("seal.missing", {"first_no": 3, "first_seq": 9, "txn_id": at(superuser, 8)}),
    ]


def test_books_restored_into_a_younger_server_are_named(superuser):
    quietly(superuser, "update ledger.seal set last_xid = '9000000000' where no = 3")

    assert findings(superuser) == [("seal.changed", {"no": 3}), ("server.counter_behind", {})]


def test_an_algorithm_nobody_knows_is_named(superuser):
    superuser.execute(text("alter table ledger.seal drop constraint seal_algorithm_check"))
    quietly(superuser, "update ledger.seal set algorithm = 'md5' where no = 2")

    assert ("seal.algorithm_missing", {"no": 2, "algorithm": "md5"}) in findings(superuser)


# -- what only an anchor shows ----------------------------------------------------------------------------------


def cut_off_tail(superuser):
    gone = "(select txn_id from ledger.sealed_txn where no = 3)"
    quietly(
        superuser,
        f"delete from ledger.entry where txn_id in {gone}",
        f"delete from ledger.txn where id in {gone}",
        "delete from ledger.sealed_txn where no = 3",
        "delete from ledger.seal where no = 3",
    )


def test_a_tail_cut_off_is_seen_against_an_anchor_and_not_without(superuser):
    anchor = anchor_of(superuser)

    cut_off_tail(superuser)

    assert findings(superuser) == []
    assert findings(superuser, anchors=[anchor]) == [
        ("anchor.cut_off", {"anchor": "昨天.json", "anchored_no": 3, "anchored_txns": 12, "last_no": 2, "last_seq": 8})
    ]


def test_a_chain_made_anew_is_seen_against_an_anchor_and_not_without(superuser):
    known = {seal.no: seal for seal in all_seals(superuser)}
    anchors = [replace(anchor_of(superuser), name=f"{no}.json", seals=(known[no],)) for no in sorted(known)]

    quietly(
        superuser,
        f"update ledger.entry set amount_fen = sign(amount_fen) * 11 where txn_id = {at(superuser, 5)}",
        "delete from ledger.sealed_txn where no > 1",
        "delete from ledger.seal where no > 1",
    )
    for minutes in (1, 2):
        assert seal_next(superuser, **PLACE, sealed_at=NOON + timedelta(minutes=minutes), most_txns=4)

    assert findings(superuser) == []
    assert [(kind, facts["anchor"], facts["no"]) for kind, facts in findings(superuser, anchors=anchors)] == [
        ("anchor.differs", "2.json", 2),
        ("anchor.differs", "3.json", 3),
    ]


def all_seals(connection):
    rows = connection.execute(text("select no, last_seq, hash, sealed_at from ledger.seal order by no"))
    latest = latest_seals(connection)[0]
    return [replace(latest, no=row.no, txns=row.last_seq, hash=row.hash.hex(), sealed_at=row.sealed_at) for row in rows]


def test_books_that_are_gone_altogether_are_seen_against_an_anchor(superuser):
    anchor = anchor_of(superuser)
    elsewhere = replace(anchor, seals=(replace(anchor.seals[0], region_code=410122),))

    assert [kind for kind, _ in findings(superuser, anchors=[elsewhere])] == ["anchor.cut_off"]


# -- guards -----------------------------------------------------------------------------------------------------

POST_ARGUMENTS = (
    "ledger.post(integer, integer, text, text, text, date, timestamptz, text, text, text, bigint,"
    " bigint[], smallint[], text[], bigint[])"
)
REFUSE = "create or replace function ledger.refuse_change() returns trigger language plpgsql"
GUARDS = {
    "a trigger is dropped": (
        "drop trigger append_only on ledger.txn",
        ("trigger.missing", {"table": "txn", "trigger": "append_only"}),
    ),
    "a trigger is disabled": (
        "alter table ledger.entry disable trigger balanced",
        ("trigger.disabled", {"table": "entry", "trigger": "balanced", "enabled": "D"}),
    ),
    "a trigger sleeps in replicas": (
        "alter table ledger.seal enable trigger append_only",
        ("trigger.disabled", {"table": "seal", "trigger": "append_only", "enabled": "O"}),
    ),
    "a trigger lets deletions pass": (
        "drop trigger append_only on ledger.txn; create trigger append_only before update or truncate on ledger.txn"
        " for each statement execute function ledger.refuse_change();"
        " alter table ledger.txn enable always trigger append_only",
        ("trigger.changed", {"table": "txn", "trigger": "append_only"}),
    ),
    "a trigger that nobody shipped": (
        "create trigger helpful before insert on ledger.entry for each statement"
        " execute function ledger.refuse_change()",
        ("trigger.unknown", {"table": "entry", "trigger": "helpful"}),
    ),
    "a trigger's function does nothing": (
        REFUSE + " set search_path = pg_catalog, pg_temp as $$begin return null; end$$",
        ("function.changed", {"function": "refuse_change"}),
    ),
    "a function looks elsewhere": (
        "alter function ledger.refuse_change() set search_path = public",
        ("function.attributes_changed", {"function": "refuse_change"}),
    ),
    "the posting function runs as whoever calls it": (
        f"alter function {POST_ARGUMENTS} security invoker",
        ("function.attributes_changed", {"function": "post"}),
    ),
    "an expression is changed": (
        "create or replace function ledger.lock_key(kind integer, region integer, year integer, id bigint)"
        " returns bigint language sql immutable parallel safe return 1::bigint",
        ("function.changed", {"function": "lock_key"}),
    ),
    "a function that nobody shipped": (
        "create function ledger.post(integer) returns integer language sql as 'select 1';"
        " revoke execute on function ledger.post(integer) from public",
        ("function.unknown", {"function": "post"}),
    ),
    "everybody may post": (
        f"grant execute on function {POST_ARGUMENTS} to public",
        ("grant.too_much", {"role": "public", "function": "post", "right": "EXECUTE"}),
    ),
    "a second role may post": (
        f"create role seal_stranger; grant execute on function {POST_ARGUMENTS} to seal_stranger",
        ("grant.too_much", {"function": "post", "right": "EXECUTE"}),
    ),
    "a role may change the columns of a table": (
        "create role seal_stranger; grant update (memo) on ledger.txn to seal_stranger",
        ("grant.too_much", {"role": "seal_stranger", "table": "txn", "right": "UPDATE"}),
    ),
    "a role inherits the right to write everywhere": (
        "create role seal_stranger in role pg_write_all_data",
        ("grant.too_much", {"role": "seal_stranger", "table": "seal", "right": "DELETE"}),
    ),
    "the application belongs to the owner": (
        "grant {owner} to {app}",
        ("grant.member_of_owner", {"role": "{app}", "owner": "{owner}"}),
    ),
    "the application is a superuser": ("alter role {app} superuser", ("grant.too_strong", {"role": "{app}"})),
    "a balance may leave its side": (
        "alter table ledger.account drop constraint account_never_leaves_its_side",
        ("constraint.missing", {"table": "account", "constraint": "account_never_leaves_its_side"}),
    ),
    "a check always holds": (
        "alter table ledger.account drop constraint account_never_leaves_its_side,"
        " add constraint account_never_leaves_its_side check (true)",
        ("constraint.changed", {"table": "account", "constraint": "account_never_leaves_its_side"}),
    ),
    "a reversal may come twice": (
        "drop index ledger.txn_reversed_once",
        ("index.missing", {"index": "txn_reversed_once"}),
    ),
    "a number may come twice": (
        "drop index ledger.entry_of_guarded_account;"
        " create index entry_of_guarded_account on ledger.entry (region, year, sub, line_id, coa, seq)",
        ("index.changed", {"index": "entry_of_guarded_account"}),
    ),
    "rows are hidden from others": (
        "alter table ledger.entry enable row level security",
        ("table.rewritten", {"table": "entry", "row_security": True, "rules": 0}),
    ),
    "a rule swallows what is written": (
        "create rule swallow as on insert to ledger.entry do instead nothing",
        ("table.rewritten", {"table": "entry", "row_security": False, "rules": 1}),
    ),
    "a table is lost in a crash": (
        "alter table ledger.entry set unlogged",
        ("table.not_durable", {"table": "entry"}),
    ),
    "a table has another owner": (
        "create role seal_stranger; grant usage on schema ledger to seal_stranger;"
        " alter table ledger.entry owner to seal_stranger",
        ("owner.differs", {}),
    ),
    "a table is not what it was": (
        "alter table ledger.period rename to old_period; create view ledger.period as select * from ledger.old_period",
        ("table.missing", {"table": "period"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", GUARDS)
def test_a_guard_that_is_not_as_shipped_is_named(superuser, what):
    statement, (kind, facts) = GUARDS[what]
    names = {"app": superuser.info["role"], "owner": superuser.execute(text("select current_user")).scalar_one()}

    superuser.exec_driver_sql(statement.format(**names), execution_options={"no_parameters": True})

    found = [more for found_kind, more in findings(superuser) if found_kind == kind]
    wanted = {name: value.format(**names) if isinstance(value, str) else value for name, value in facts.items()}
    assert [more for more in found if wanted.items() <= more.items()], found


@pytest.mark.parametrize("right", ["insert", "update", "delete", "truncate"])
@pytest.mark.parametrize("table", ["txn", "entry", "account", "period", "seal", "sealed_txn"])
def test_a_right_of_the_application_that_nobody_shipped_is_named(superuser, table, right):
    role = superuser.info["role"]

    superuser.execute(text(f'grant {right} on ledger.{table} to "{role}"'))

    assert findings(superuser) == [("grant.too_much", {"role": role, "table": table, "right": right.upper()})]


def test_seals_that_are_gone_altogether_are_named(superuser):
    superuser.execute(text("drop table ledger.seal, ledger.sealed_txn"))

    assert ("table.missing", {"table": "seal"}) in findings(superuser)


def test_damage_beyond_what_is_compared_is_still_named(superuser, monkeypatch):
    monkeypatch.setattr("ledger.verify_seals._COMPARED_MOST", 2)

    quietly(superuser, "update ledger.txn set memo = 'x'")

    assert sorted(facts["txn_id"] for kind, facts in findings(superuser) if kind == "txn.edited") == sorted(
        superuser.info["ids"]
    )
