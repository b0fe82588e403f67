-- How the books are written: ledger.post is the only writer of txn, entry and account.
-- SQLSTATE class LG is ours; ledger/errors.py turns the codes into refusals. The facts travel as JSON in DETAIL.

-- One number space for the advisory locks: kind (1 period gate, 2 budget line), region, year and month or line id.
create function ledger.lock_key(kind integer, region integer, year integer, id bigint) returns bigint
language sql immutable parallel safe
return (kind::bigint << 61) | ((year - 2000)::bigint << 54) | (region::bigint << 34) | id;

create function ledger.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'ledger.% takes no %', tg_table_name, tg_op using errcode = 'LG007';
end $$;

create function ledger.refuse_unbalanced() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    broken record;
begin
    select e.txn_id, c.book, sum(e.amount_fen) as difference_fen into broken
    from inserted e left join ledger.chart_of_accounts c on c.code = e.coa
    group by e.region, e.year, e.txn_id, c.book
    having sum(e.amount_fen) <> 0 or c.book is null
    limit 1;
    if found then
        raise exception 'txn % is out of balance by % fen in book %', broken.txn_id, broken.difference_fen, broken.book
            using errcode = 'LG006';
    end if;
    return null;
end $$;

create trigger balanced after insert on ledger.entry
    referencing new table as inserted for each statement execute function ledger.refuse_unbalanced();
create trigger append_only before update or delete or truncate on ledger.entry
    for each statement execute function ledger.refuse_change();
create trigger append_only before update or delete or truncate on ledger.txn
    for each statement execute function ledger.refuse_change();
create trigger never_removed before delete or truncate on ledger.account
    for each statement execute function ledger.refuse_change();
create trigger never_changed before update or delete or truncate on ledger.budget_line
    for each statement execute function ledger.refuse_change();
create trigger never_removed before delete or truncate on ledger.period
    for each statement execute function ledger.refuse_change();
alter table ledger.entry enable always trigger balanced;
alter table ledger.entry enable always trigger append_only;
alter table ledger.txn enable always trigger append_only;
alter table ledger.account enable always trigger never_removed;
alter table ledger.budget_line enable always trigger never_changed;
alter table ledger.period enable always trigger never_removed;

-- Does what was asked differ from what this txn wrote? sign -1 compares with the exact negation.
create function ledger.entries_differ(
    p_region integer, p_year integer, p_txn bigint, p_sign integer,
    p_lines bigint[], p_accounts smallint[], p_subs text[], p_amounts bigint[]
) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
    with asked as (
        select line_id, coa, sub, amount_fen * p_sign as amount_fen
        from unnest(p_lines, p_accounts, p_subs, p_amounts) as a(line_id, coa, sub, amount_fen)
    ), written as (
        select line_id, coa, sub, amount_fen from ledger.entry
        where region = p_region and year = p_year and txn_id = p_txn
    )
    select exists (select * from asked except all select * from written)
        or exists (select * from written except all select * from asked)
$$;

-- The same identity again: the same content answers with the first txn, other content is refused.
create function ledger.replay(
    p_region integer, p_year integer, p_source_type text, p_source_id text, p_event text, p_effective_on date,
    p_reverses bigint, p_lines bigint[], p_accounts smallint[], p_subs text[], p_amounts bigint[]
) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    v_first ledger.txn;
begin
    select * into v_first from ledger.txn
    where region = p_region and year = p_year
      and source_type = p_source_type and source_id = p_source_id and event = p_event;
    if found and v_first.effective_on = p_effective_on and v_first.reverses is not distinct from p_reverses
       and not ledger.entries_differ(p_region, p_year, v_first.id, 1, p_lines, p_accounts, p_subs, p_amounts) then
        return v_first.id;
    end if;
    if p_reverses is not null then
        select * into v_first from ledger.txn where region = p_region and year = p_year and reverses = p_reverses;
        if found then
            raise exception 'txn % is reversed already', p_reverses using errcode = 'LG004',
                detail = json_build_object('txn_id', p_reverses, 'reversed_by', v_first.id)::text;
        end if;
    end if;
    raise exception 'replay differs' using errcode = 'LG002', detail = json_build_object(
        'source_type', p_source_type, 'source_id', p_source_id, 'event', p_event, 'txn_id', v_first.id)::text;
end $$;

create function ledger.refuse_insufficient(
    p_region integer, p_year integer, p_line bigint, p_coa smallint, p_sub text, p_requested_fen bigint
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'insufficient' using errcode = 'LG001', detail = json_build_object(
        'line_id', p_line, 'coa', p_coa, 'document', p_sub, 'requested_fen', p_requested_fen,
        'available_fen', coalesce((select a.balance_fen * a.normal from ledger.account a
            where a.region = p_region and a.year = p_year
              and a.line_id = p_line and a.coa = p_coa and a.sub = p_sub), 0))::text;
end $$;

create function ledger.post(
    p_region integer, p_year integer, p_source_type text, p_source_id text, p_event text,
    p_effective_on date, p_posted_at timestamptz, p_actor text, p_memo text, p_causation text, p_reverses bigint,
    p_lines bigint[], p_accounts smallint[], p_subs text[], p_amounts bigint[],
    out txn_id bigint, out replayed boolean
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_month integer := extract(month from p_effective_on);
    v_count integer := coalesce(cardinality(p_lines), 0);
    -- Filled to full length at once: an array that starts at its first assigned subscript would shift in unnest.
    v_seqs integer[] := array_fill(null::integer, array[v_count]);
    v_balances bigint[] := array_fill(null::bigint, array[v_count]);
    v_seq integer;
    v_balance bigint;
    v_step record;
begin
    -- An older snapshot could still see a closed period as open.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the ledger is posted in READ COMMITTED' using errcode = 'LG005';
    end if;
    if v_count < 2 or cardinality(p_accounts) is distinct from v_count
       or cardinality(p_subs) is distinct from v_count or cardinality(p_amounts) is distinct from v_count then
        raise exception 'a posting has two or more whole entries' using errcode = 'LG005';
    end if;
    if extract(year from p_effective_on) <> p_year then
        raise exception 'date outside year' using errcode = 'LG008',
            detail = json_build_object('year', p_year, 'effective_on', p_effective_on)::text;
    end if;

    -- The identity first: a second caller waits here until the first has ended.
    insert into ledger.txn (region, year, source_type, source_id, event, effective_on, posted_at,
                            actor, memo, causation, reverses)
    values (p_region, p_year, p_source_type, p_source_id, p_event, p_effective_on, p_posted_at,
            p_actor, p_memo, p_causation, p_reverses)
    on conflict do nothing
    returning id into txn_id;
    if txn_id is null then
        txn_id := ledger.replay(p_region, p_year, p_source_type, p_source_id, p_event, p_effective_on,
                                p_reverses, p_lines, p_accounts, p_subs, p_amounts);
        replayed := true;
        return;
    end if;
    replayed := false;

    -- The gate of the month: shared here, exclusive in close_period.
    perform pg_advisory_xact_lock_shared(ledger.lock_key(1, p_region, p_year, v_month));
    perform 1 from ledger.period where region = p_region and year = p_year and month = v_month and state = 'open';
    if not found then
        raise exception 'period closed' using errcode = 'LG003',
            detail = json_build_object('region_code', p_region, 'year', p_year, 'month', v_month)::text;
    end if;
    if p_reverses is not null
       and ledger.entries_differ(p_region, p_year, p_reverses, -1, p_lines, p_accounts, p_subs, p_amounts) then
        raise exception 'a reversal negates its original exactly' using errcode = 'LG005';
    end if;

    -- Every post locks in the same order: cold accounts by key, then the hot ones by line.
    for v_step in
        select e.i, e.line_id, e.coa, e.sub, e.amount_fen, c.normal, c.guarded, c.hot, c.grain
        from unnest(p_lines, p_accounts, p_subs, p_amounts) with ordinality as e(line_id, coa, sub, amount_fen, i)
        left join ledger.chart_of_accounts c on c.code = e.coa
        order by c.hot, e.line_id, e.coa, e.sub collate "C"
    loop
        if v_step.grain is null or (v_step.grain = 'line') is distinct from (v_step.sub = '') then
            raise exception 'no account % with sub-key "%"', v_step.coa, v_step.sub using errcode = 'LG005';
        end if;
        continue when not v_step.guarded;
        -- An advisory lock is a fair queue; a row lock alone wakes every waiter.
        if v_step.hot then
            perform pg_advisory_xact_lock(ledger.lock_key(2, p_region, p_year, v_step.line_id));
        end if;
        update ledger.account a
        set balance_fen = a.balance_fen + v_step.amount_fen, seq = a.seq + 1
        where a.region = p_region and a.year = p_year and a.line_id = v_step.line_id
          and a.coa = v_step.coa and a.sub = v_step.sub
          and (a.balance_fen + v_step.amount_fen) * a.normal >= 0
        returning a.balance_fen, a.seq into v_balance, v_seq;
        if not found then
            if v_step.amount_fen * v_step.normal < 0 then
                perform ledger.refuse_insufficient(p_region, p_year, v_step.line_id, v_step.coa, v_step.sub,
                                                   abs(v_step.amount_fen));
            end if;
            insert into ledger.account as a (region, year, line_id, coa, sub, normal, balance_fen, seq)
            select l.region, l.year, l.id, v_step.coa, v_step.sub, v_step.normal, v_step.amount_fen, 1
            from ledger.budget_line l
            where l.region = p_region and l.year = p_year and l.id = v_step.line_id
            on conflict (region, year, line_id, coa, sub)
            do update set balance_fen = a.balance_fen + excluded.balance_fen, seq = a.seq + 1
            returning a.balance_fen, a.seq into v_balance, v_seq;
            if not found then
                raise exception 'no budget line % in % of %', v_step.line_id, p_year, p_region using errcode = 'LG005';
            end if;
        end if;
        v_balances[v_step.i] := v_balance;
        v_seqs[v_step.i] := v_seq;
    end loop;

    -- One statement, so that the balanced trigger sees the whole txn.
    insert into ledger.entry (region, year, txn_id, n, line_id, coa, sub, amount_fen, seq, balance_after_fen)
    select p_region, p_year, post.txn_id, e.i, e.line_id, e.coa, e.sub, e.amount_fen, e.seq, e.balance_after_fen
    from unnest(p_lines, p_accounts, p_subs, p_amounts, v_seqs, v_balances)
         with ordinality as e(line_id, coa, sub, amount_fen, seq, balance_after_fen, i);
end $$;

create function ledger.open_period(
    p_region integer, p_year integer, p_month integer, p_opened_at timestamptz, p_actor text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_advisory_xact_lock(ledger.lock_key(1, p_region, p_year, p_month));
    insert into ledger.period (region, year, month, state, opened_at, opened_by)
    values (p_region, p_year, p_month, 'open', p_opened_at, p_actor)
    on conflict do nothing;
    perform 1 from ledger.period
    where region = p_region and year = p_year and month = p_month and state = 'closed';
    if found then
        raise exception 'a closed period stays closed' using errcode = 'LG003',
            detail = json_build_object('region_code', p_region, 'year', p_year, 'month', p_month)::text;
    end if;
end $$;

-- Waits for every post of the month that has begun; those that come later find it closed.
create function ledger.close_period(
    p_region integer, p_year integer, p_month integer, p_closed_at timestamptz, p_actor text
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    perform pg_advisory_xact_lock(ledger.lock_key(1, p_region, p_year, p_month));
    update ledger.period set state = 'closed', closed_at = p_closed_at, closed_by = p_actor
    where region = p_region and year = p_year and month = p_month and state = 'open';
    if not found then
        raise exception 'only an open period can be closed' using errcode = 'LG003',
            detail = json_build_object('region_code', p_region, 'year', p_year, 'month', p_month)::text;
    end if;
end $$;
