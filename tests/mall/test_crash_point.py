"""Points of a crash drill: nothing without the folder that the environment names at the start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from mall.crash_point import BEFORE_COMMIT, crash_point


def passing_by(folder: Path | None) -> subprocess.CompletedProcess[bytes]:
    """A process that passes the point twice."""
    script = "from mall.crash_point import BEFORE_COMMIT, crash_point\ncrash_point(BEFORE_COMMIT)\nprint('alive')"
    environment = {name: value for name, value in os.environ.items() if name != "SUNMALL_CRASH_POINTS"}
    if folder is not None:
        environment["SUNMALL_CRASH_POINTS"] = str(folder)
    return subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=False)


def test_whoever_comes_by_a_point_that_is_laid_out_dies_there_once(tmp_path: Path) -> None:
    (tmp_path / BEFORE_COMMIT).touch()

    first, second = passing_by(tmp_path), passing_by(tmp_path)

    assert (first.returncode, first.stdout) == (-signal.SIGKILL, b"")
    assert (second.returncode, second.stdout.strip()) == (0, b"alive")


def test_without_the_folder_a_file_means_nothing(tmp_path: Path) -> None:
    (tmp_path / BEFORE_COMMIT).touch()

    assert passing_by(None).returncode == 0
    assert (tmp_path / BEFORE_COMMIT).exists()


def test_the_environment_is_read_only_at_the_start(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / BEFORE_COMMIT).touch()
    monkeypatch.setenv("SUNMALL_CRASH_POINTS", str(tmp_path))

    crash_point(BEFORE_COMMIT)

    assert (tmp_path / BEFORE_COMMIT).exists()


def test_a_number_says_at_which_coming_it_dies(tmp_path: Path) -> None:
    (tmp_path / BEFORE_COMMIT).write_text("3")

    ends = [passing_by(tmp_path).returncode for _ in range(4)]

    assert ends == [0, 0, -signal.SIGKILL, 0]
