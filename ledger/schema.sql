-- What the books are made of. Keys begin with (region, year), the future partition and distribution key;
-- no foreign key leaves it. Amounts are integer fen: debit positive, credit negative.
-- Executed once, on a database without the schema "ledger"; ledger/schema.py adds the chart and the grants.

create schema ledger;

create table ledger.chart_of_accounts (
    code          smallint primary key,
    name          text collate "C" not null unique,
    book          text collate "C" not null check (book in ('budget', 'cash_plan', 'financial', 'budgetary', 'treasury')),
    official_code text collate "C" not null,
    name_zh       text not null,
    name_en       text not null,
    normal        smallint not null check (normal in (1, -1)),
    guarded       boolean not null,
    grain         text collate "C" not null check (grain in ('line', 'month', 'document')),
    hot           boolean not null,
    check (not hot or guarded)
);

create table ledger.period (
    region     integer not null,
    year       smallint not null check (year between 2000 and 2127),
    month      smallint not null check (month between 1 and 12),
    state      text collate "C" not null check (state in ('open', 'closed')),
    opened_at  timestamptz not null,
    opened_by  text not null,
    closed_at  timestamptz,
    closed_by  text,
    primary key (region, year, month),
    check ((state = 'closed') = (closed_at is not null and closed_by is not null))
);

-- The advisory lock of a line packs region (20 bits), year (7 bits) and id (34 bits): hence the bounds.
create table ledger.budget_line (
    id             bigint generated always as identity check (id between 1 and 17179869183),
    unit_id        bigint not null,
    region         integer not null check (region between 0 and 999999),
    year           smallint not null check (year between 2000 and 2127),
    is_procurement boolean not null,
    code           text collate "C" not null check (code <> ''),
    name           text not null check (name <> ''),
    function_code  text collate "C" not null,
    function_name  text not null,
    economic_code  text collate "C" not null,
    economic_name  text not null,
    project        text not null,
    fund_source    text not null,
    category_scope text[] collate "C" not null,
    note           text not null,
    created_at     timestamptz not null,
    primary key (region, year, id),
    constraint budget_line_code_once unique (region, year, code)
);
create index budget_line_by_id on ledger.budget_line (id);
create index budget_line_by_unit on ledger.budget_line (region, year, unit_id);

-- In the three tables below a CHECK is parsed anew at every posting: only the two that guard money are here. What else
-- must hold of their rows is asked by ledger.post, their only writer, and proved by the checks of the books.

-- Guarded accounts only: the others are sums of their entries and are never locked.
-- Room in the page and no index on balance keep the updates inside the page (HOT).
create table ledger.account (
    line_id     bigint not null,
    balance_fen bigint not null,
    region      integer not null,
    seq         integer not null,
    year        smallint not null,
    coa         smallint not null,
    normal      smallint not null,
    sub         text collate "C" not null,
    primary key (region, year, line_id, coa, sub),
    constraint account_never_leaves_its_side check (balance_fen * normal >= 0)
) with (fillfactor = 70);

-- xid lets a sealer order what has been committed: ids become visible out of order.
create table ledger.txn (
    id           bigint generated always as identity,
    posted_at    timestamptz not null,
    xid          xid8 not null default pg_current_xact_id(),
    reverses     bigint,
    region       integer not null,
    effective_on date not null,
    year         smallint not null,
    source_type  text collate "C" not null,
    source_id    text collate "C" not null,
    event        text collate "C" not null,
    actor        text not null,
    memo         text not null,
    causation    text collate "C",
    primary key (region, year, id),
    constraint txn_identity unique (region, year, source_type, source_id, event)
);
create unique index txn_reversed_once on ledger.txn (region, year, reverses) where reverses is not null;
create index txn_by_causation on ledger.txn (region, year, causation) where causation is not null;

create table ledger.entry (
    txn_id            bigint not null,
    line_id           bigint not null,
    amount_fen        bigint not null check (amount_fen <> 0),
    balance_after_fen bigint,
    region            integer not null,
    seq               integer,
    year              smallint not null,
    coa               smallint not null,
    n                 smallint not null,
    sub               text collate "C" not null,
    primary key (region, year, txn_id, n)
);
-- Serves three questions: is the sequence unique, the statement of one account, everything of one document.
create unique index entry_of_guarded_account on ledger.entry (region, year, sub, line_id, coa, seq) where seq is not null;
-- The reports of a unit or a line; 3 to 8 % of a posting's processor time against reading a whole region each time.
create index entry_by_line on ledger.entry (region, year, line_id);
