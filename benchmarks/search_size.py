"""A big catalogue searched through the shop's own pages, beside PostgreSQL's full text over the same listings."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
import structlog
from demo_goods import demo_goods
from figures import percentile, server_seconds
from own_mall import OwnDatabase
from search_relevance import judged_queries

from mall import clock, database
from mall.reference.load_reference import load_built_in
from mall.search.document import Document
from mall.search.engine import EngineSettings
from mall.search.keep_index import IndexKeeper
from mall.search.language import Language
from mall.search.open_engine import open_engine
from mall.search.query import Query
from mall.search.search_catalogue import catalogue_engine, delivering_to, use_engine
from mall.settings import read_settings
from wsgi import create_app

SUPPLIERS = 200
REGIONS = (410000, 410100, 410200, 410300)
#: words that make further goods of one of the demo's
SORTS = (
    "标准型",
    "加强型",
    "经济装",
    "家庭装",
    "教学用",
    "办公用",
    "蓝色",
    "红色",
    "黑色",
    "大号",
    "中号",
    "小号",
    "升级款",
    "二代",
)
LISTINGS_PER_PRODUCT = 4
BUYERS_REGION = 410100
FACETS = ("category_code", "brand", "supplier_id", "green")
COMMIT_ROWS = 50_000
QUESTIONS = 100
#: PostgreSQL is asked fewer: one of its answers may take seconds
FULL_TEXT_QUESTIONS = 25


_COPY_PRODUCTS = (
    "copy product (id, category_code, brand, model, name, match_key, specification, base_unit, is_green, created_at)"
    " from stdin"
)
_COPY_LISTINGS = (
    "copy listing (id, product_id, supplier_id, sku, name, price_fen, unit, region_codes, state, sold_count,"
    " created_at, updated_at) from stdin"
)
_COPY_WORDS = "copy full_text (id, words, category_code, brand, supplier_id, green, region_code, price_fen) from stdin"


def measure_search(own: OwnDatabase, *, listings: int) -> dict[str, Any]:
    """{"size": figures of the index, "questions": one row per kind of question}."""
    server = psutil.Process(own.server.pid)
    os.environ["SUNMALL_DATA_DIR"] = str(own.folder)
    database.connect(own.urls.app)
    try:
        load_built_in()
        _fill(own.urls.admin, listings=listings)
        size = _build(own.folder, server=server)
        application = create_app(
            read_settings({**os.environ, "SUNMALL_APP_DATABASE_URL": "", "SUNMALL_DATA_DIR": str(own.folder)})
        )
        # A line a request is written in production too, but here it would bury the figures.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        visitor = application.test_client()
        texts = [judged.query for judged in judged_queries()][:QUESTIONS]
        rows = []
        for what, paths in _questions(texts).items():
            for path in paths[:10]:
                _ask(visitor, path)
            rows.append(_measured(what, [lambda path=path: _ask(visitor, path) for path in paths], server=server))
        rows += _engine_alone(texts, server=server)
        size.append({"what": "PostgreSQL full text: words and indexes, s", "figure": _index_full_text(own, listings)})
        size.append({"what": "PostgreSQL full text, MiB", "figure": _full_text_mib(own)})
        rows += _full_text(own, texts=texts, server=server)
        return {"size": size, "questions": rows}
    finally:
        use_engine(None)
        database.close_reading()
        database.disconnect()


def _questions(texts: Sequence[str]) -> dict[str, list[str]]:
    filters = f"brand={quote('得力')}&brand={quote('惠普')}&brand={quote('晨光')}&price_min=10&price_max=5000"
    codes = sorted({goods.category_code for goods in demo_goods()})[:QUESTIONS]
    return {
        "words, six facets": [f"/search?q={quote(text)}&region={BUYERS_REGION}" for text in texts],
        "words, six facets, filters by brand and price": [
            f"/search?q={quote(text)}&region={BUYERS_REGION}&{filters}" for text in texts
        ],
        "a category browsed": [f"/search?category={code}&region={BUYERS_REGION}" for code in codes],
        "as you type": [f"/suggest?q={quote(text[:length])}" for text in texts for length in (1, 2)][:QUESTIONS],
    }


def _engine_alone(texts: Sequence[str], *, server: psutil.Process) -> list[dict[str, Any]]:
    """The same words without page and database, for what is held against PostgreSQL below."""
    engine = catalogue_engine()
    scope = {"region": delivering_to(BUYERS_REGION)}
    facets = ("category", "brand", "supplier", "green")
    brands = {"brand": ("得力", "惠普", "晨光")}
    found = []
    for what, more in (
        ("the engine alone: words, four facets", {}),
        ("the engine alone, with the filters", {"filters": brands, "price_min_fen": 1_000, "price_max_fen": 500_000}),
    ):
        queries = [Query(text=text, scope=scope, facets=facets, **more) for text in texts]
        calls = [lambda query=query: engine.search(query) for query in queries]
        found.append(_measured(what, calls, server=server))
    return found


def _ask(visitor: Any, path: str) -> None:
    answer = visitor.get(path)
    if answer.status_code != 200:
        raise AssertionError(f"{path}: {answer.status_code}")


def _measured(what: str, calls: Sequence[Callable[[], object]], *, server: psutil.Process) -> dict[str, Any]:
    """Processor time of both sides and time by the clock, a call at a time."""
    seconds, used = [], []
    began_server = server_seconds(server)
    for call in calls:
        began, mine = time.perf_counter(), time.process_time()
        call()
        seconds.append(time.perf_counter() - began)
        used.append(time.process_time() - mine)
    return {
        "what": what,
        "questions": len(calls),
        "our processor ms p50": round(median(used) * 1000, 1),
        "p95": round(percentile(used, 95) * 1000, 1),
        "server's mean": round((server_seconds(server) - began_server) / len(calls) * 1000, 1),
        "clock ms p50": round(median(seconds) * 1000, 1),
        "clock p95": round(percentile(seconds, 95) * 1000, 1),
    }


def _build(folder: Path, *, server: psutil.Process) -> list[dict[str, Any]]:
    engine = open_engine(EngineSettings(kind="tantivy", data_dir=folder, read_only=False))
    keeper = IndexKeeper(engine)
    engine.ensure()
    began, mine, used = time.perf_counter(), time.process_time(), server_seconds(server)
    count = keeper.rebuild()
    stats = engine.stats()
    engine.close()
    return [
        {"what": "listings in the index", "figure": count},
        {"what": "rebuild, s", "figure": round(time.perf_counter() - began, 1)},
        {"what": "rebuild, our processor s", "figure": round(time.process_time() - mine, 1)},
        {"what": "rebuild, server's processor s", "figure": round(server_seconds(server) - used, 1)},
        {"what": "index, MiB", "figure": stats.size_bytes >> 20},
    ]


def _goods(listings: int) -> Iterator[Document]:
    """The demo's goods and more of the same, with models, sorts and prices of their own."""
    base = demo_goods()
    for number in range(listings):
        goods, series = base[number % len(base)], number // len(base)
        kind = series // LISTINGS_PER_PRODUCT
        model = f"{goods.model}-{kind:X}" if kind and goods.model else goods.model
        name = goods.name.replace(goods.model, model) if goods.model else goods.name
        if kind:
            name = f"{name} {SORTS[(number + kind) % len(SORTS)]}"
        yield replace(
            goods, id=number + 1, name=name, model=model, sku=f"S{number:07d}",
            supplier_id=number % SUPPLIERS, region_codes=(REGIONS[number % 7 % len(REGIONS)],),
            price_fen=max(1, goods.price_fen * (90 + (number * 7 + series) % 21) // 100), sales=number * 31 % 997,
        )  # fmt: skip


def _fill(admin_url: str, *, listings: int) -> None:
    now = clock.now()
    base = len(demo_goods())
    with psycopg.connect(admin_url, autocommit=True) as connection:
        ids = [_supplier(connection, number) for number in range(SUPPLIERS)]
        goods = _goods(listings)
        done = 0
        while part := list(islice(goods, COMMIT_ROWS)):
            with connection.transaction(), connection.cursor() as cursor:
                products = {}
                for one in part:
                    product = _product(one.id - 1, base=base)
                    if product == one.id:
                        products[product] = one
                with cursor.copy(_COPY_PRODUCTS) as copy:
                    for product, one in products.items():
                        words = json.dumps({"规格": one.keywords}, ensure_ascii=False)
                        match_key = f"bench|{product}"
                        copy.write_row(
                            (product, one.category_code, one.brand, one.model, one.name, match_key, words, "件",
                             one.green, now)
                        )  # fmt: skip
                with cursor.copy(_COPY_LISTINGS) as copy:
                    for one in part:
                        copy.write_row(
                            (one.id, _product(one.id - 1, base=base), ids[one.supplier_id], one.sku, one.name,
                             one.price_fen, "件", list(one.region_codes), "on_shelf", one.sales, now, now)
                        )  # fmt: skip
            done += len(part)
            print(f"\r{done:,} listings", end="", flush=True)
        print()
        connection.execute("vacuum (analyze) product, listing, supplier")


def _product(number: int, *, base: int) -> int:
    """The product of a listing: that of the first listing of its kind."""
    goods, series = number % base, number // base
    return series // LISTINGS_PER_PRODUCT * LISTINGS_PER_PRODUCT * base + goods + 1


def _supplier(connection: psycopg.Connection[Any], number: int) -> int:
    name, code = f"规模测试供应商{number:03d}", f"91410100MB{number:08d}"
    (supplier_id,) = connection.execute(
        "insert into organisation (kind, region_code, name, credit_code)"
        " values ('supplier', 410100, %s, %s) returning id",
        (name, code),
    ).fetchone()
    connection.execute(
        "insert into supplier (id, name, credit_code, region_code, state, licence_expires_on, is_small_firm)"
        " values (%s, %s, %s, 410100, 'active', %s, true)",
        (supplier_id, name, code, clock.today() + timedelta(days=365)),
    )
    return supplier_id


def _index_full_text(own: OwnDatabase, listings: int) -> float:
    """The same words, cut by the same dictionary, as tsvectors under a GIN index; seconds it took."""
    language = Language(words=())
    began = time.perf_counter()
    with psycopg.connect(own.urls.admin, autocommit=True) as connection:
        connection.execute(
            "create table full_text (id bigint, words tsvector, category_code text, brand text, supplier_id bigint,"
            " green boolean, region_code integer, price_fen bigint)"
        )
        with (
            connection.cursor() as cursor,
            cursor.copy(_COPY_WORDS) as copy,
        ):
            for one in _goods(listings):
                words = " ".join(
                    f"'{word}'"
                    for word in dict.fromkeys(language.tokens(f"{one.name} {one.category_name}"))
                    if "'" not in word and "\\" not in word
                )
                copy.write_row(
                    (one.id, words, one.category_code, one.brand, one.supplier_id, one.green, one.region_codes[0],
                     one.price_fen)
                )  # fmt: skip
        connection.execute("create index on full_text using gin (words)")
        connection.execute("create index on full_text (category_code)")
        connection.execute("vacuum (analyze) full_text")
    return round(time.perf_counter() - began, 1)


def _full_text_mib(own: OwnDatabase) -> int:
    with psycopg.connect(own.urls.admin) as connection:
        (size,) = connection.execute("select pg_total_relation_size('full_text') >> 20").fetchone()
    return size


def _full_text(own: OwnDatabase, *, texts: Sequence[str], server: psutil.Process) -> list[dict[str, Any]]:
    """The same questions as SQL: a page by rank, its total, and four facets."""
    language = Language(words=())
    with psycopg.connect(own.urls.admin, autocommit=True) as connection:
        brands = " and brand in ('得力', '惠普', '晨光') and price_fen between 1000 and 500000"

        def ask(text: str, more: str = "") -> None:
            words = " & ".join(f"'{word}'" for word in language.tokens(text) if "'" not in word) or "''"
            where = f"words @@ %s::tsquery and region_code in (410000, {BUYERS_REGION}){more}"
            connection.execute(
                f"select id from full_text where {where} order by ts_rank(words, %s::tsquery) desc, id limit 24",
                (words, words),
            ).fetchall()
            connection.execute(f"select count(*) from full_text where {where}", (words,)).fetchall()
            for facet in FACETS:
                connection.execute(
                    f"select {facet}, count(*) from full_text where {where} group by 1 order by 2 desc limit 20",
                    (words,),
                ).fetchall()

        asked = texts[:FULL_TEXT_QUESTIONS]
        return [
            _measured("PostgreSQL: words, four facets", [lambda text=text: ask(text) for text in asked], server=server),
            _measured(
                "PostgreSQL: the same with filters by brand and price",
                [lambda text=text: ask(text, brands) for text in asked],
                server=server,
            ),
        ]
