-- How the books are written: ledger.post is the only writer of txn, entry and account.
-- SQLSTATE class LG is ours; ledger/errors.py turns the codes into refusals. The facts travel as JSON in DETAIL.

-- One number space for the advisory locks: kind (1 period gate, 2 budget line), region, year and month or line id.
create function ledger.lock_key(kind integer, region integer, year integer, id bigint) returns bigint
language sql immutable parallel safe
return (kind::bigint << 61) | ((year - 2000)::bigint << 54) | (region::bigint << 34) | id;

-- What posting must know of an account: 1 debit side, 2 guarded, 4 hot, 8 kept per line; null: no such account.
-- The chart once more, so that no posting has to look it up; a test holds the two against each other.
create function ledger.account_traits(p_coa smallint) returns integer
language sql immutable parallel safe as $$
select case
    when p_coa in (1100) then 14
    when p_coa in (1000, 5000) then 11
    when p_coa in (1110, 1120, 5100, 5900) then 10
    when p_coa in (1130, 1200, 1300, 1400, 1500, 1600, 2110, 4130, 5110, 5200, 5300) then 2
    when p_coa in (1010, 2010, 2020, 2030, 2040, 2050, 2330, 4010, 4020, 4030, 4040, 4050, 4060) then 3
    when p_coa in (2210, 2220, 2230, 2310, 2320, 2340, 3110, 3120, 3130, 4110, 4120) then 0
    when p_coa in (3010) then 1
end
$$;

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
    -- ledger.post says so of what it has looked at itself, and only for its own statement.
    if current_setting('ledger.is_balanced', true) = 'true' then
        return null;
    end if;
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

-- Nothing was written. The same identity again: the same content answers with the first txn, other content is refused.
-- No such identity: then the month was closed, or the original is reversed already.
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
    if v_first.id is null and not exists (select from ledger.period p
            where p.region = p_region and p.year = p_year and p.month = extract(month from p_effective_on)
              and p.state = 'open') then
        raise exception 'period closed' using errcode = 'LG003', detail = json_build_object(
            'region_code', p_region, 'year', p_year, 'month', extract(month from p_effective_on))::text;
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
    -- Per entry: the traits of its account, and the order in which the accounts are locked.
    v_traits integer[];
    v_order integer[];
    v_are_whole boolean;
    -- Filled to full length at once: an array that starts at its first assigned subscript would shift in unnest.
    v_seqs integer[] := array_fill(null::integer, array[v_count]);
    v_balances bigint[] := array_fill(null::bigint, array[v_count]);
    v_seq integer;
    v_balance bigint;
    v_i integer;
    v_line bigint;
    v_coa smallint;
    v_sub text;
    v_amount bigint;
    v_trait integer;
    v_normal smallint;
    v_gains boolean;
    v_is_locked boolean;
    v_is_checked boolean;
    v_setting text;
begin
    -- An older snapshot could still see a closed period as open.
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the ledger is posted in READ COMMITTED' using errcode = 'LG005';
    end if;
    if v_count < 2 or cardinality(p_accounts) is distinct from v_count
       or cardinality(p_subs) is distinct from v_count or cardinality(p_amounts) is distinct from v_count then
        raise exception 'a posting has two or more whole entries' using errcode = 'LG005';
    end if;
    -- Asked here once: as CHECKs of the table they would be parsed anew at every posting.
    if p_source_type = '' or p_source_id = '' or p_event = '' or p_actor = ''
       or p_posted_at < '2000-01-01 UTC' or p_posted_at > '2999-12-31 UTC' then
        raise exception 'a posting names its source, its event, its actor and an instant of our time'
            using errcode = 'LG005';
    end if;
    if extract(year from p_effective_on) <> p_year then
        raise exception 'date outside year' using errcode = 'LG008',
            detail = json_build_object('year', p_year, 'effective_on', p_effective_on)::text;
    end if;

    -- The gate of the month: shared here, exclusive in close_period. A lock taken in an assignment costs less than in
    -- a statement; the next statement has a snapshot of its own and sees what was closed meanwhile.
    v_is_locked := pg_advisory_xact_lock_shared(ledger.lock_key(1, p_region, p_year, v_month)) is not null;
    -- The identity, if the month is open: a second caller waits here until the first has ended.
    insert into ledger.txn (region, year, source_type, source_id, event, effective_on, posted_at,
                            actor, memo, causation, reverses)
    select p_region, p_year, p_source_type, p_source_id, p_event, p_effective_on, p_posted_at,
           p_actor, p_memo, p_causation, p_reverses
    from ledger.period where region = p_region and year = p_year and month = v_month and state = 'open'
    on conflict do nothing
    returning id into txn_id;
    if txn_id is null then
        -- What was posted before its month was closed is answered all the same.
        txn_id := ledger.replay(p_region, p_year, p_source_type, p_source_id, p_event, p_effective_on,
                                p_reverses, p_lines, p_accounts, p_subs, p_amounts);
        replayed := true;
        return;
    end if;
    replayed := false;

    if v_count = 2 then
        -- The most frequent shape needs no query.
        v_traits := array[ledger.account_traits(p_accounts[1]), ledger.account_traits(p_accounts[2])];
        v_are_whole := (v_traits[1] & 8 = 8) = (p_subs[1] = '') and (v_traits[2] & 8 = 8) = (p_subs[2] = '');
        v_order := case when (v_traits[1] & 4, p_lines[1], p_accounts[1], p_subs[1] collate "C")
                          <= (v_traits[2] & 4, p_lines[2], p_accounts[2], p_subs[2] collate "C")
                        then '{1,2}'::integer[] else '{2,1}'::integer[] end;
        v_is_checked := p_amounts[1] + p_amounts[2] = 0 and p_accounts[1] / 1000 = p_accounts[2] / 1000;
    else
        select array_agg(e.traits order by e.i), bool_and(coalesce((e.traits & 8 = 8) = (e.sub = ''), false)),
               array_agg(e.i order by e.traits & 4, e.line_id, e.coa, e.sub collate "C")
        into v_traits, v_are_whole, v_order
        from (select u.*, ledger.account_traits(u.coa) as traits
              from unnest(p_lines, p_accounts, p_subs) with ordinality as u(line_id, coa, sub, i)) e;
        v_is_checked := false;
    end if;
    if v_are_whole is not true then
        select e.coa, e.sub into v_coa, v_sub
        from unnest(p_accounts, p_subs) as e(coa, sub)
        where ((ledger.account_traits(e.coa) & 8 = 8) = (e.sub = '')) is not true limit 1;
        raise exception 'no account % with sub-key "%"', v_coa, v_sub using errcode = 'LG005';
    end if;
    if p_reverses is not null
       and ledger.entries_differ(p_region, p_year, p_reverses, -1, p_lines, p_accounts, p_subs, p_amounts) then
        raise exception 'a reversal negates its original exactly' using errcode = 'LG005';
    end if;

    -- Every post locks in the same order: cold accounts by key, then the hot ones by line.
    foreach v_i in array v_order loop
        v_trait := v_traits[v_i];
        continue when v_trait & 2 = 0;
        v_line := p_lines[v_i];
        v_coa := p_accounts[v_i];
        v_sub := p_subs[v_i];
        v_amount := p_amounts[v_i];
        v_normal := case v_trait & 1 when 1 then 1 else -1 end;
        v_gains := v_amount * v_normal > 0;
        -- A cold account that gains is most often new, and needs no guard.
        v_seq := null;
        if v_trait & 4 = 4 then
            -- An advisory lock is a fair queue; a row lock alone wakes every waiter.
            v_is_locked := pg_advisory_xact_lock(ledger.lock_key(2, p_region, p_year, v_line)) is not null;
        end if;
        if v_trait & 4 = 4 or not v_gains then
            update ledger.account a
            set balance_fen = a.balance_fen + v_amount, seq = a.seq + 1
            where a.region = p_region and a.year = p_year and a.line_id = v_line
              and a.coa = v_coa and a.sub = v_sub
              and (a.balance_fen + v_amount) * a.normal >= 0
            returning a.balance_fen, a.seq into v_balance, v_seq;
        end if;
        if v_seq is null then
            if not v_gains then
                perform ledger.refuse_insufficient(p_region, p_year, v_line, v_coa, v_sub, abs(v_amount));
            end if;
            insert into ledger.account as a (region, year, line_id, coa, sub, normal, balance_fen, seq)
            select l.region, l.year, l.id, v_coa, v_sub, v_normal, v_amount, 1
            from ledger.budget_line l
            -- + 0: found by its id whatever the statistics say; a plan made before the first ANALYZE is kept long.
            where l.id = v_line and l.region + 0 = p_region and l.year + 0 = p_year
            on conflict (region, year, line_id, coa, sub)
            do update set balance_fen = a.balance_fen + excluded.balance_fen, seq = a.seq + 1
            returning a.balance_fen, a.seq into v_balance, v_seq;
            if not found then
                raise exception 'no budget line % in % of %', v_line, p_year, p_region using errcode = 'LG005';
            end if;
        end if;
        v_balances[v_i] := v_balance;
        v_seqs[v_i] := v_seq;
    end loop;

    -- One statement, so that the balanced trigger sees the whole txn, unless that was asked above. Said explicitly in
    -- both cases: whoever calls may have set it himself.
    v_setting := set_config('ledger.is_balanced', v_is_checked::text, true);
    if v_count = 2 then
        insert into ledger.entry (region, year, txn_id, n, line_id, coa, sub, amount_fen, seq, balance_after_fen)
        values (p_region, p_year, post.txn_id, 1, p_lines[1], p_accounts[1], p_subs[1], p_amounts[1],
                v_seqs[1], v_balances[1]),
               (p_region, p_year, post.txn_id, 2, p_lines[2], p_accounts[2], p_subs[2], p_amounts[2],
                v_seqs[2], v_balances[2]);
    else
        insert into ledger.entry (region, year, txn_id, n, line_id, coa, sub, amount_fen, seq, balance_after_fen)
        select p_region, p_year, post.txn_id, e.i, e.line_id, e.coa, e.sub, e.amount_fen, e.seq, e.balance_after_fen
        from unnest(p_lines, p_accounts, p_subs, p_amounts, v_seqs, v_balances)
             with ordinality as e(line_id, coa, sub, amount_fen, seq, balance_after_fen, i);
    end if;
    v_setting := set_config('ledger.is_balanced', 'false', true);
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
