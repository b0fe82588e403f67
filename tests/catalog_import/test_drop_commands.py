"""`sunmall drop list` and `take`: what they say and how they end."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from catalog_import import drop_commands
from catalog_import.switch_drop import switch_drop
from mall.access.actor import Actor, PostHeld
from mall.database import close_reading
from tests.catalog_import.test_run_import import GOODS, csv
from tests.conftest import Clone
from tests.world import World

SUNNY = "91410100MA00000011"


@pytest.fixture
def inside(own_database: Clone, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `in` of a supplier who has switched his drop on."""
    monkeypatch.setenv("SUNMALL_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUNMALL_APP_DATABASE_URL", own_database.app)
    post = PostHeld(post_id=1, role="supplier", organisation_id=world.sunny_id, region_code=410100)
    actor = Actor(user_id=7, username="supplier", name="供应商", posts=(post,))
    switch_drop(actor=actor, supplier_id=world.sunny_id, is_on=True, mode="partial")
    close_reading()
    return tmp_path / "drops" / SUNNY / "in"


def run(*words: str) -> Result:
    group = click.Group()
    drop_commands.register(group)
    return CliRunner().invoke(group, ["drop", *words])


def test_list_says_who_has_a_drop_and_what_waits(inside: Path) -> None:
    (inside / "a.csv").write_bytes(csv(GOODS))

    result = run("list")

    assert result.exit_code == 0, result.output
    assert result.output.split("\t")[::2] == [SUNNY, "开", "1"]


def test_take_names_batches_and_refusals_and_ends_with_one(inside: Path) -> None:
    (inside / "a.csv").write_bytes(csv("A1,得力复印纸,复印纸,得力,7757,包,25.00,100,\n"))
    (inside / "b.csv").write_bytes(b"")

    early, result, again = run("take"), run("take", "--at-once"), run("take", "--at-once")

    assert (early.exit_code, early.output) == (0, "处理文件 0 个。\n")
    assert result.exit_code == 1, result.output
    assert "a.csv\t批次 1\t错误行 0" in result.output and "b.csv\t未收下：import.empty_file" in result.output
    assert (again.exit_code, again.output) == (0, "处理文件 0 个。\n")


def test_take_of_one_supplier_leaves_the_others(inside: Path) -> None:
    (inside / "a.csv").write_bytes(csv(GOODS))

    other = run("take", "--at-once", "--supplier", "91410300MA00000022")

    assert other.exit_code == 0 and (inside / "a.csv").exists()


def test_take_says_trouble(inside: Path) -> None:
    inside.rmdir()

    result = run("take")

    assert result.exit_code == 1 and "drop.folder_missing" in result.output


def test_unknown_supplier_ends_with_two(inside: Path) -> None:
    result = run("take", "--supplier", "91410100MA0000XXXX")

    assert result.exit_code == 2 and "import.supplier_unknown" in result.output
