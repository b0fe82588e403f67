create function watch.day_of(at timestamptz) returns bigint language sql stable parallel safe as
$$ select coalesce(((at at time zone 'Asia/Shanghai')::date - date '1970-01-01')::bigint, 0) $$;

create function watch.day_of(day date) returns bigint language sql immutable parallel safe as
$$ select coalesce((day - date '1970-01-01')::bigint, 0) $$;

create function watch.minute_of(at timestamptz) returns bigint language sql stable parallel safe as
$$ select coalesce((extract(hour from at at time zone 'Asia/Shanghai') * 60
       + extract(minute from at at time zone 'Asia/Shanghai'))::bigint, 0) $$;

-- A keyed digest: whoever reads the history can compare people and accounts, and cannot look them up.
create function watch.key_of(kind text, value text) returns text language sql stable parallel safe as
$$ select case when coalesce(btrim(value), '') = '' then '' else
       left(encode(sha256(convert_to(coalesce(current_setting('sunmall.watch_key', true), '') || chr(31) || kind || chr(31)
            || lower(regexp_replace(normalize(value, NFKC), '\s', '', 'g')), 'UTF8')), 'hex'), 32) end $$;

create function watch.level_of(level text) returns bigint language sql immutable parallel safe as
$$ select case level when 'province' then 1 when 'city' then 2 else 3 end::bigint $$;
