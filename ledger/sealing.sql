-- How postings are sealed: ledger.append_seal is the only writer of seal and sealed_txn.
-- Executed once, after schema.sql and posting.sql; ledger/seal_schema.py adds the grants.

-- In the order of their transactions, not of their ids: an id may become visible long after a higher one.
create index txn_by_transaction on ledger.txn (region, year, xid, id);

create table ledger.seal (
    sealed_at    timestamptz not null,
    last_xid     xid8 not null,
    last_txn_id  bigint not null,
    first_seq    bigint not null,
    last_seq     bigint not null,
    no           integer not null check (no > 0),
    region       integer not null,
    year         smallint not null,
    algorithm    text collate "C" not null check (algorithm in ('sha256', 'sm3')),
    root         bytea not null check (octet_length(root) = 32),
    previous     bytea not null check (octet_length(previous) = case no when 1 then 0 else 32 end),
    hash         bytea not null check (octet_length(hash) = 32),
    primary key (region, year, no),
    constraint seal_begins_once unique (region, year, first_seq),
    check (first_seq > 0 and last_seq >= first_seq)
);

create table ledger.sealed_txn (
    seq          bigint not null check (seq > 0),
    txn_id       bigint not null,
    no           integer not null,
    region       integer not null,
    year         smallint not null,
    leaf         bytea not null check (octet_length(leaf) = 32),
    primary key (region, year, seq),
    constraint sealed_txn_once unique (region, year, txn_id)
);

create trigger append_only before update or delete or truncate on ledger.seal
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.sealed_txn
    for each statement execute function ledger.refuse_change();
alter table ledger.seal enable always trigger append_only;
alter table ledger.sealed_txn enable always trigger append_only;

-- What may be sealed next, oldest first: settled, and behind what was sealed last. Nothing that is still under way
-- can come to stand before these, because every transaction that has not ended is at least the snapshot's xmin.
create function ledger.txns_to_seal(p_region integer, p_year integer, p_most integer) returns bigint[]
language sql stable set search_path = pg_catalog, pg_temp as $$
    with last as (
        select last_xid, last_txn_id from ledger.seal
        where region = p_region and year = p_year order by no desc limit 1
    ), settled as (
        select t.id, t.xid from ledger.txn t
        where t.region = p_region and t.year = p_year
          and (t.xid, t.id) > (coalesce((select last_xid from last), '0'), coalesce((select last_txn_id from last), 0))
          and t.xid < pg_snapshot_xmin(pg_current_snapshot())
        order by t.xid, t.id limit p_most
    )
    select coalesce(array_agg(id order by xid, id), '{}') from settled
$$;

-- Takes a seal only as the next one of its region and year, over exactly the txns whose turn it is.
create function ledger.append_seal(
    p_region integer, p_year integer, p_no integer, p_algorithm text, p_sealed_at timestamptz,
    p_txns bigint[], p_leaves bytea[], p_root bytea, p_previous bytea, p_hash bytea
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_count integer := coalesce(cardinality(p_txns), 0);
    v_last ledger.seal;
    v_first_seq bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the ledger is sealed in READ COMMITTED' using errcode = 'LG005';
    end if;
    -- One sealer for each region and year; the next one sees what this one has written.
    perform pg_advisory_xact_lock(ledger.lock_key(3, p_region, p_year, 0));
    select * into v_last from ledger.seal where region = p_region and year = p_year order by no desc limit 1;
    if p_sealed_at is null or not isfinite(p_sealed_at) or extract(year from p_sealed_at) not between 2000 and 2999
       or p_no is distinct from coalesce(v_last.no, 0) + 1
       or p_previous is distinct from coalesce(v_last.hash, ''::bytea)
       or v_count = 0 or cardinality(p_leaves) is distinct from v_count
       or p_txns is distinct from ledger.txns_to_seal(p_region, p_year, v_count) then
        raise exception 'seal % of % in % is out of turn', p_no, p_year, p_region using errcode = 'LG009';
    end if;
    v_first_seq := coalesce(v_last.last_seq, 0) + 1;
    insert into ledger.seal (region, year, no, algorithm, first_seq, last_seq, last_xid, last_txn_id,
                             root, previous, hash, sealed_at)
    select p_region, p_year, p_no, p_algorithm, v_first_seq, v_first_seq + v_count - 1, t.xid, t.id,
           p_root, p_previous, p_hash, p_sealed_at
    from ledger.txn t where t.region = p_region and t.year = p_year and t.id = p_txns[v_count];
    insert into ledger.sealed_txn (region, year, seq, no, txn_id, leaf)
    select p_region, p_year, v_first_seq + m.i - 1, p_no, m.txn_id, m.leaf
    from unnest(p_txns, p_leaves) with ordinality as m(txn_id, leaf, i);
end $$;
