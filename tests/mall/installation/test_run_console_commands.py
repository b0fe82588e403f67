"""Steps run one after the other, each in a process of its own, until one is refused."""

import sys
from pathlib import Path

import pytest

from mall.installation.run_console_commands import ConsoleStep, run_steps


def _step(number: int, *arguments: str, output_path: str = "") -> ConsoleStep:
    return ConsoleStep(number, of=3, chinese="一步", english="a step", arguments=arguments, output_path=output_path)


def _write_then_leave() -> None:
    """A stand-in console command: `FILE CODE` notes that it ran and leaves with the code."""
    path, code = sys.argv[1:]
    with Path(path).open("a", encoding="utf-8") as stream:
        stream.write("ran\n")
    print("said")
    sys.exit(int(code))


def test_all_steps_run_when_each_is_done_or_has_findings(tmp_path: Path) -> None:
    notes = tmp_path / "notes"

    code = run_steps([_step(1, str(notes), "0"), _step(2, str(notes), "1")], command=_write_then_leave)

    assert code == 0
    assert notes.read_text(encoding="utf-8") == "ran\nran\n"


def test_refused_step_ends_the_row_with_its_exit_code(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    notes = tmp_path / "notes"

    code = run_steps([_step(1, str(notes), "2"), _step(2, str(notes), "0")], command=_write_then_leave)

    assert code == 2
    assert notes.read_text(encoding="utf-8") == "ran\n"
    assert "未完成（退出码 2）" in capfd.readouterr().out


def test_what_a_step_prints_goes_to_its_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    said = tmp_path / "said"

    run_steps([_step(1, str(tmp_path / "notes"), "0", output_path=str(said))], command=_write_then_leave)

    assert said.read_text(encoding="utf-8") == "said\n"
    assert "said" not in capfd.readouterr().out


def test_step_that_breaks_is_a_failure_not_a_success(capfd: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise RuntimeError("no such table")

    code = run_steps([_step(1, "broken")], command=broken)

    assert code == 70
    assert "no such table" in capfd.readouterr().err
