-- The least that can be written for a reservation: a unique request, a guarded balance, two entries with a running
-- balance and sequence. Six index entries, one CHECK.
create schema raw;
create table raw.account (
    id          bigint primary key,
    balance_fen bigint not null check (balance_fen >= 0),
    seq         bigint not null
) with (fillfactor = 70);
create table raw.txn (
    id          bigint generated always as identity primary key,
    request_key text not null unique,
    posted_at   timestamptz not null
);
create table raw.entry (
    txn_id            bigint not null,
    n                 smallint not null,
    account           bigint not null,
    amount_fen        bigint not null,
    seq               bigint not null,
    balance_after_fen bigint not null,
    primary key (txn_id, n)
);
create unique index entry_of_account on raw.entry (account, seq);

create function raw.hold(p_account bigint, p_amount bigint, p_key text) returns bigint
language plpgsql as $$
declare
    v_txn bigint;
    v_balance bigint;
    v_seq bigint;
begin
    insert into raw.txn (request_key, posted_at) values (p_key, now())
    on conflict do nothing returning id into v_txn;
    if v_txn is null then
        select id into v_txn from raw.txn where request_key = p_key;
        return v_txn;
    end if;
    update raw.account set balance_fen = balance_fen - p_amount, seq = seq + 1
    where id = p_account and balance_fen >= p_amount
    returning balance_fen, seq into v_balance, v_seq;
    if not found then
        raise exception 'insufficient';
    end if;
    insert into raw.entry values
        (v_txn, 1, p_account, -p_amount, v_seq, v_balance), (v_txn, 2, 100000 + v_txn, p_amount, 1, p_amount);
    return v_txn;
end $$;
