"""Every deliberate fault of the table is caught by the tests named beside it, and by nothing but the fault.

The tree is copied once; a fault is put in, its tests run until the first failure, and the text is put back. What the
table no longer fits is said at once. `--junitxml=FILE` writes down which test caught which fault.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mutation.faults import FAULTS, Fault

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

CHECKOUT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "node_modules", "var", ".hypothesis", ".pytest_cache", "build")
TESTS_FAILED, ALL_PASSED = 1, 0
FAULTS_AT_LEAST = 25


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the checkout that may be spoilt."""
    copy = tmp_path_factory.mktemp("faulty") / "sunmall"
    shutil.copytree(CHECKOUT, copy, ignore=LEFT_OUT)
    yield copy
    shutil.rmtree(copy)


def run(tree: Path, tests: tuple[str, ...], *, server_url: str) -> tuple[int, str]:
    """(pytest's exit code, what it printed) of these tests in the copy, until the first failure."""
    # The ledger's tests stand on nothing of the house above; without it they begin in half the time.
    alone = ["--confcutdir", "tests/ledger"] if all(test.startswith("tests/ledger/") for test in tests) else []
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not long", "-n", "0", "-p", "no:cacheprovider",
         "--tb=line", "--timeout", "240", *alone, *tests],
        cwd=tree, env={**os.environ, "SUNMALL_DATABASE_URL": server_url, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_table_is_long_enough_and_its_rows_differ() -> None:
    assert len(FAULTS) >= FAULTS_AT_LEAST
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_every_fault_fits_the_tree() -> None:
    misfits = {
        fault.name: count
        for fault in FAULTS
        if (count := (CHECKOUT / fault.file).read_text(encoding="utf-8").count(fault.replaced)) != 1
    }

    assert misfits == {}, "the text to be replaced must stand exactly once in its file"


def test_without_a_fault_all_of_these_tests_pass(tree: Path, server_url: str) -> None:
    files = sorted({test for fault in FAULTS for test in fault.tests})
    for group in (
        tuple(file for file in files if file.startswith("tests/ledger/")),
        tuple(file for file in files if not file.startswith("tests/ledger/")),
    ):
        code, output = run(tree, group, server_url=server_url)

        assert code == ALL_PASSED, output[-3000:]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "_"))
def test_a_fault_is_caught(
    tree: Path, server_url: str, fault: Fault, record_property: Callable[[str, object], None]
) -> None:
    path = tree / fault.file
    sound = path.read_text(encoding="utf-8")
    assert sound.count(fault.replaced) == 1, f"{fault.file} has changed: bring the row {fault.name!r} up to date"
    path.write_text(sound.replace(fault.replaced, fault.replacement), encoding="utf-8")
    try:
        code, output = run(tree, fault.tests, server_url=server_url)
    finally:
        path.write_text(sound, encoding="utf-8")

    assert code == TESTS_FAILED, f"{fault.breaks}: no test of {fault.tests} saw it\n{output[-2000:]}"
    caught = re.search(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
    assert caught is not None, output[-2000:]
    record_property(fault.name, caught.group(1))
