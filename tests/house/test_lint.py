"""The linter has nothing to say; what `make lint` asks, the tests ask too."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mall.settings import CHECKOUT


@pytest.mark.parametrize("question", [("check",), ("format", "--check")], ids=["rules", "format"])
def test_the_linter_finds_nothing(question: tuple[str, ...]) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "ruff", *question, "--no-cache", "."],
        cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-1000:]
