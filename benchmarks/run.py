"""Measures the mall: `make bench`, or `python benchmarks/run.py [PART ...] [--url ...]`.

Everything runs on 127.0.0.1 in temporary folders and ends by itself. A table here, JSON in benchmarks/results/.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from figures import keep, latency, machine, say_table
from process_memory import totals

PARTS = ("orders", "ledger", "books", "pages", "imports", "stages", "search", "relevance", "panels", "watch")
#: a workbook has this share of the rows of the big CSV file
WORKBOOK_SHARE = 5
#: judged queries that are shown by name
WEAKEST = 12


def main() -> int:
    """Exit codes: 0 measured, 1 measured and something was wrong (errors, findings), 2 wrong arguments."""
    given = _arguments()
    # A polite kill ends us like Ctrl-C does: everything that was started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    # Whoever calls us may have a mall of his own in the environment: it is not the one we measure.
    for name in [name for name in os.environ if name.startswith("SUNMALL_")]:
        del os.environ[name]
    os.environ["SUNMALL_SECRET_KEY"] = "a key for benchmarks only, never used elsewhere"
    results: dict[str, Any] = {"machine": machine()}
    print("  ".join(f"{name}={value}" for name, value in results["machine"].items()), flush=True)
    parts = given.parts or list(PARTS)
    if set(parts) - {"pages", "relevance", "panels"}:
        _on_own_database(results, parts=parts, given=given)
    if "relevance" in parts:
        _relevance(results)
    if "panels" in parts:
        _panels(results)
    if "pages" in parts:
        _pages(results, given=given)
    print(f"\n{keep(results)}")
    return 1 if _is_wrong(results) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all of them if none")
    parser.add_argument("--seconds", type=int, default=15, help="how long each order rate is measured")
    parser.add_argument("--page-seconds", type=int, default=60, help="how long pages are asked for")
    parser.add_argument("--clients", type=int, default=50, help="how many people look at pages")
    parser.add_argument("--think-ms", type=int, default=1000, help="mean pause of a person between two pages")
    parser.add_argument("--posting-seconds", type=int, default=3, help="how long each run of postings is measured")
    parser.add_argument("--posting-rounds", type=int, default=3, help="how many runs of each kind of posting")
    parser.add_argument(
        "--entries", type=int, nargs="+", default=[1_000_000], help="sizes of the books; up to 10000000"
    )
    parser.add_argument(
        "--observations",
        type=int,
        nargs="+",
        default=[1_000_000],
        help="prices of the watched history; a tenth of lines",
    )
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the big import file, listings of the index")
    parser.add_argument("--url", help="a running demo mall for the pages, instead of one started for it")
    parser.add_argument("--password", default="Sunmall-2026", help="password of the demo accounts")
    given = parser.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown part {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    return given


def _on_own_database(results: dict[str, Any], *, parts: list[str], given: argparse.Namespace) -> None:
    # The mall reads the environment when it is imported: only now is it clean.
    from book_size import measure_books
    from import_rate import measure_imports
    from import_stages import measure_stages
    from ledger_rate import measure_ledger
    from order_rate import measure_orders
    from own_mall import own_database
    from search_size import measure_search

    if "orders" in parts:
        with own_database() as own:
            orders = results["orders"] = measure_orders(own, seconds=given.seconds)
        shown = [{"lines": name, **orders[name]} for name in ("hot_line", "thousand_lines")]
        say_table(f"orders, {orders['clients']} clients, {orders['statements_per_order']} statements each", shown)
        say_table("memory under orders", orders["memory"])
        say_table("memory under orders, together", totals(orders["memory"]))
    if "ledger" in parts:
        with own_database() as own:
            ledger = results["ledger"] = measure_ledger(own, seconds=given.posting_seconds, rounds=given.posting_rounds)
        say_table("postings a second, min/median/max, and p95 in ms", ledger["rates"])
        say_table("postings a second from one Python process", ledger["python_face"])
    if "books" in parts:
        results["books"] = measure_books(own_database, sizes=given.entries)
    if "imports" in parts:
        with own_database() as own:
            results["imports"] = measure_imports(own, rows=given.rows)
        say_table("imports", results["imports"])
    if "stages" in parts:
        for ending, rows in (("csv", given.rows), ("xlsx", given.rows // WORKBOOK_SHARE)):
            with own_database() as own:
                results[f"stages of {ending}"] = tables = measure_stages(own, rows=rows, ending=ending)
            for title, table in tables.items():
                say_table(title, table)
    if "watch" in parts:
        _watch(results, given=given)
    if "search" in parts:
        with own_database() as own:
            results["search"] = measure_search(own, listings=given.rows)
        say_table(f"an index of {given.rows:,} listings", results["search"]["size"])
        say_table("questions through the pages of the shop, and to PostgreSQL", results["search"]["questions"])


def _watch(results: dict[str, Any], *, given: argparse.Namespace) -> None:
    """The night and the order gate at size."""
    from own_mall import own_database
    from watch_gate import measure_gate
    from watch_size import measure_watch

    from mall.database import connect

    sizes = [(count, count // 10) for count in given.observations]
    with own_database() as own:
        results["watch"] = tables = measure_watch(sizes, postgresql_url=own.urls.admin)
    for title, table in tables.items():
        say_table(title, table)
    with own_database() as own:
        connect(own.urls.app, pool_size=4)
        results["watch"]["gate"] = measure_gate(own, order_lines=given.observations[-1] // 10)
    say_table("the order gate", results["watch"]["gate"])


def _relevance(results: dict[str, Any]) -> None:
    """Judged queries over the demo catalogue; no database is needed."""
    from demo_goods import demo_goods
    from search_relevance import answer_all, by_kind, judged_queries

    from mall.search.engine import EngineSettings
    from mall.search.open_engine import open_engine

    with tempfile.TemporaryDirectory(prefix="sunmall-relevance-") as folder:
        engine = open_engine(EngineSettings(kind="tantivy", data_dir=Path(folder), read_only=False))
        engine.ensure()
        engine.rebuild(demo_goods())
        answered = answer_all(engine, judged_queries(), goods=demo_goods())
        engine.close()
    rows = by_kind(answered)
    weak = sorted(answered, key=lambda one: (one.ndcg, one.precision))[:WEAKEST]
    results["relevance"] = {
        "rows": rows,
        "took": latency([one.took_ms / 1000 for one in answered]),
        "weakest": [{"query": one.judged.query, "ndcg": one.ndcg, "precision": one.precision} for one in weak],
    }
    say_table(f"relevance of {len(answered)} judged queries over {len(demo_goods()):,} listings", rows)
    shown = [
        {
            "query": one.judged.query,
            "nDCG@10": f"{one.ndcg:.2f}",
            "p@10": f"{one.precision:.2f}",
            "first": one.first[0][0] if one.first else "—",
        }
        for one in weak
    ]
    say_table("the weakest of them", shown)


def _panels(results: dict[str, Any]) -> None:
    """Price rules on public panels, which are fetched as packages; no database is needed."""
    from price_panels import measure_panels

    results["panels"] = measure_panels()


def _pages(results: dict[str, Any], *, given: argparse.Namespace) -> None:
    from own_mall import demo_installation
    from page_load import measure_pages
    from process_memory import memory_of

    how = {
        "password": given.password,
        "clients": given.clients,
        "seconds": given.page_seconds,
        "think_ms": given.think_ms,
    }
    if given.url:
        results["pages"] = measure_pages(given.url, **how)
    else:
        with demo_installation() as (address, pid, ready_after):
            results["pages"] = measure_pages(address, **how)
            results["demo_ready_after_seconds"] = ready_after
            results["demo_memory"] = memory_of({"installation": pid})
        say_table("memory of the demo installation", results["demo_memory"])
    say_table(f"pages, {given.clients} clients, {given.page_seconds} s", results["pages"]["rows"])


def _is_wrong(results: dict[str, Any]) -> bool:
    orders = results.get("orders", {})
    wrong = bool(orders.get("ledger_findings")) or bool(results.get("ledger", {}).get("ledger_findings"))
    wrong |= any(orders.get(name, {}).get("not_placed") for name in ("hot_line", "thousand_lines"))
    return wrong or any(row["errors"] for row in results.get("pages", {}).get("rows", []))


if __name__ == "__main__":
    raise SystemExit(main())
