"""`sunmall import`: exit codes, result, report - and the supplier it must name."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog_import.import_commands import import_file
from tests.conftest import Clone
from tests.world import World

SUNNY = "91410100MA00000011"
HEADER = "货号,名称,类目,单位,协议价,专柜价格\n"


@pytest.fixture
def run(own_database: Clone, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("SUNMALL_APP_DATABASE_URL", own_database.app)
    file = tmp_path / "报价.csv"

    def command(rows: str, *options: str, supplier: str = SUNNY) -> Result:
        file.write_text(HEADER + rows, encoding="utf-8")
        return CliRunner().invoke(import_file, [str(file), "--supplier", supplier, *options])

    return command


def test_whole_file_ends_with_zero(run) -> None:  # type: ignore[no-untyped-def]
    result = run("C1,中性笔,笔,支,1.5,2\n", "--mode", "partial")

    assert result.exit_code == 0, result.output
    assert "新商品\t1" in result.output
    assert "已导入，改动商品 1 个" in result.output


def test_faulty_rows_end_with_one_and_stand_in_the_report(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    report = tmp_path / "report.csv"

    result = run("C1,中性笔,笔,支,1.5,2\nC2,圆珠笔,笔,支,面议,\n", "--mode", "partial", "--report", str(report))

    assert result.exit_code == 1, result.output
    assert "有错误\t1" in result.output
    assert "price.negotiable" in report.read_text(encoding="utf-8")


def test_dry_run_is_the_default_and_touches_nothing(run) -> None:  # type: ignore[no-untyped-def]
    result = run("C1,中性笔,笔,支,1.5,2\n")

    assert result.exit_code == 0, result.output
    assert "仅试算" in result.output


def test_all_or_nothing_with_a_fault_ends_with_one(run) -> None:  # type: ignore[no-untyped-def]
    result = run("C1,中性笔,笔,支,0,2\n", "--mode", "all-or-nothing")

    assert result.exit_code == 1, result.output
    assert "整批未导入" in result.output


def test_mapping_is_taken_and_kept_for_the_next_file(run) -> None:  # type: ignore[no-untyped-def]
    first = run("C1,中性笔,笔,支,1.5,2.5\n", "--mode", "partial", "--map", "专柜价格=price", "--map", "协议价=ignored")
    second = run("C1,中性笔,笔,支,1.5,2.4\n", "--mode", "partial")

    assert first.exit_code == 0, first.output
    assert "降价\t1" in second.output


def test_unknown_supplier_ends_with_two(run) -> None:  # type: ignore[no-untyped-def]
    result = run("C1,中性笔,笔,支,1.5,2\n", supplier="91410100MA0000XXXX")

    assert result.exit_code == 2
    assert "import.supplier_unknown" in result.output


def test_file_that_cannot_be_read_ends_with_two(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    broken = tmp_path / "x.csv"
    broken.write_text("货号,名称\nA,B\n", encoding="utf-8")

    result = CliRunner().invoke(import_file, [str(broken), "--supplier", SUNNY])

    assert result.exit_code == 2
    assert "import.columns_missing" in result.output
