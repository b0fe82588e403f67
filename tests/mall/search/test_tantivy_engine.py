"""The embedded engine on disk: several processes, one writer, killed writers, other formats."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mall.search.engine import EngineUnavailable
from mall.search.query import Query
from mall.search.rebuild_index import apply
from mall.search.synonyms import DEFAULT_TABLE
from mall.search.tantivy_engine import TantivyEngine
from mall.search.tantivy_schema import sort_key
from tests.mall.search.office_goods import office_goods

CHECKOUT = Path(__file__).resolve().parents[3]

READER = """
import sys
from pathlib import Path
from mall.search.query import Query
from mall.search.tantivy_engine import TantivyEngine
engine = TantivyEngine(folder=Path(sys.argv[1]), read_only=True)
for text in sys.stdin:
    result = engine.search(Query(text=text.strip()))
    print(result.total, *result.ids, flush=True)
"""

DYING_WRITER = """
import os, signal, sys
from pathlib import Path
from mall.search.tantivy_engine import TantivyEngine
from tests.mall.search.office_goods import office_goods
engine = TantivyEngine(folder=Path(sys.argv[1]), read_only=False)
engine.upsert(office_goods(count=40))
print("written", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""

OTHER_WRITER = """
import sys
from pathlib import Path
from mall.search.engine import EngineUnavailable
from mall.search.tantivy_engine import TantivyEngine
try:
    TantivyEngine(folder=Path(sys.argv[1]), read_only=False).ensure()
except EngineUnavailable as error:
    print(error)
"""


def in_another_process(program: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(process: subprocess.Popen[str], text: str) -> list[int]:
    assert process.stdin and process.stdout
    process.stdin.write(text + "\n")
    process.stdin.flush()
    return [int(number) for number in process.stdout.readline().split()]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[TantivyEngine]:
    engine = TantivyEngine(folder=tmp_path / "index", read_only=False)
    yield engine
    engine.close()


def test_reader_in_another_process_sees_commits_and_rebuilds(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.ensure()
    printer = replace(office_goods(count=1)[0], id=7, name="奔图 黑白激光打印机")
    apply(writer, upserts=[printer])
    reader = in_another_process(READER, tmp_path / "index")
    try:
        assert ask(reader, "激光打印机") == [1, 7]

        apply(writer, upserts=[replace(printer, id=8)])
        assert ask(reader, "激光打印机") == [2, 7, 8]

        apply(writer, deletes=[7])
        assert ask(reader, "激光打印机") == [1, 8]

        for number in (20, 21, 22):
            writer.rebuild([replace(printer, id=number)])
            assert ask(reader, "激光打印机") == [1, number]
    finally:
        reader.communicate(timeout=20)
    assert reader.returncode == 0


def test_unrefreshed_changes_are_invisible(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.ensure()
    reader = TantivyEngine(folder=tmp_path / "index", read_only=True)

    writer.upsert(office_goods(count=3))
    before = reader.search(Query()).total
    writer.refresh()

    assert (before, reader.search(Query()).total) == (0, 3)


def test_killed_writer_leaves_nothing_half_done_and_no_lock(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.ensure()
    apply(writer, upserts=office_goods(count=5))
    writer.close()

    dying = in_another_process(DYING_WRITER, tmp_path / "index")
    said, _ = dying.communicate(timeout=30)

    assert (said, dying.returncode) == ("written\n", -signal.SIGKILL)
    assert writer.search(Query()).total == 5
    assert apply(writer, upserts=office_goods(count=6)) == 6
    assert writer.search(Query()).total == 6


def test_only_one_process_writes(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.ensure()

    said, _ = in_another_process(OTHER_WRITER, tmp_path / "index").communicate(timeout=30)
    writer.close()
    said_later, _ = in_another_process(OTHER_WRITER, tmp_path / "index").communicate(timeout=30)

    assert said == "another process is writing the search index\n"
    assert said_later == ""


def test_forked_reader_goes_on_reading(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.ensure()
    apply(writer, upserts=office_goods(count=9))
    program = """
import os, sys
from pathlib import Path
from mall.search.query import Query
from mall.search.tantivy_engine import TantivyEngine
engine = TantivyEngine(folder=Path(sys.argv[1]), read_only=True)
assert engine.health().state == "needs_rebuild"
child = os.fork()
total = engine.search(Query(facets=("brand",))).total
if child:
    _, status = os.waitpid(child, 0)
    print(total, os.waitstatus_to_exitcode(status))
else:
    os._exit(total)
"""

    said, _ = in_another_process(program, tmp_path / "index").communicate(timeout=30)

    assert said == "9 9\n"


def test_without_an_index_the_engine_is_down(tmp_path: Path) -> None:
    reader = TantivyEngine(folder=tmp_path / "nothing", read_only=True)

    assert reader.health().state == "down"
    with pytest.raises(EngineUnavailable, match="no search index yet"):
        reader.search(Query())
    with pytest.raises(EngineUnavailable):
        reader.suggest("打印机")


def test_fresh_index_asks_for_a_rebuild_until_it_had_one(writer: TantivyEngine) -> None:
    assert writer.ensure() is True
    assert writer.ensure() is True and writer.health().state == "needs_rebuild"

    writer.rebuild(office_goods(count=5))

    assert writer.ensure() is False and writer.health().is_ready


def test_index_of_another_format_is_refused_and_rebuilt(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.rebuild(office_goods(count=5))
    about = tmp_path / "index" / (tmp_path / "index" / "CURRENT").read_text().strip() / "about.json"
    about.write_text(json.dumps({"schema_format": -1, "complete": True}), encoding="utf-8")
    reader = TantivyEngine(folder=tmp_path / "index", read_only=True)

    with pytest.raises(EngineUnavailable, match="another format"):
        reader.search(Query())
    assert writer.ensure() is True
    writer.rebuild(office_goods(count=6))

    assert reader.search(Query()).total == 6


def test_index_of_another_dictionary_answers_but_asks_for_a_rebuild(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.rebuild(office_goods(count=5))
    language = tmp_path / "index" / (tmp_path / "index" / "CURRENT").read_text().strip() / "language.json"
    saved = json.loads(language.read_text(encoding="utf-8"))
    language.write_text(json.dumps({**saved, "version": "of an older rjieba"}), encoding="utf-8")
    reader = TantivyEngine(folder=tmp_path / "index", read_only=True)

    assert reader.search(Query()).total == 5
    assert reader.health().state == "needs_rebuild" and writer.ensure() is True


def test_damaged_index_is_refused_not_answered(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.rebuild(office_goods(count=5))
    writer.close()
    for path in (tmp_path / "index").glob("g-*/index/meta.json"):
        path.write_text("{", encoding="utf-8")
    reader = TantivyEngine(folder=tmp_path / "index", read_only=True)

    with pytest.raises(EngineUnavailable):
        reader.search(Query())
    assert reader.health().state == "down"


def test_old_generations_are_removed_but_the_last_one(writer: TantivyEngine, tmp_path: Path) -> None:
    for _ in range(4):
        writer.rebuild(office_goods(count=2))

    assert len(list((tmp_path / "index").glob("g-*"))) == 2
    assert writer.stats().listings == 2 and writer.stats().size_bytes > 0


def test_many_small_commits_leave_few_files(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.ensure()
    for document in office_goods(count=60):
        apply(writer, upserts=[document])

    assert writer.search(Query()).total == 60
    assert len(list((tmp_path / "index").glob("g-*/index/*"))) < 200


@pytest.mark.parametrize(
    ("sort", "first", "second"),
    [
        ("price_asc", {"price_fen": 100_000_000_000, "id": 9}, {"price_fen": 100_000_000_001, "id": 1}),
        ("price_asc", {"price_fen": 5, "id": 1}, {"price_fen": 5, "id": 2}),
        ("price_desc", {"price_fen": 2, "id": 9}, {"price_fen": 1, "id": 1}),
        ("sales", {"sales": 3, "id": 9}, {"sales": 2, "id": 1}),
        ("price_asc", {"price_fen": 1, "id": 2**40}, {"price_fen": 2, "id": 1}),
    ],
)
def test_sort_key_grows_with_value_then_id(sort: str, first: dict, second: dict) -> None:
    base = office_goods(count=1)[0]

    assert sort_key(replace(base, **first), sort=sort) < sort_key(replace(base, **second), sort=sort) < 2**64


def test_synonym_edits_need_no_rebuild(writer: TantivyEngine, tmp_path: Path) -> None:
    writer.rebuild([replace(office_goods(count=1)[0], id=3, name="得力 碎纸机")])
    table = tmp_path / "synonyms.csv"
    table.write_text(DEFAULT_TABLE.read_text(encoding="utf-8") + "both,碎纸机|文件粉碎器\n", encoding="utf-8")

    before = writer.search(Query(text="文件粉碎器")).ids
    edited = TantivyEngine(folder=tmp_path / "index", read_only=True, synonyms_table=table)

    assert before == ()
    assert edited.search(Query(text="文件粉碎器")).ids == (3,)
