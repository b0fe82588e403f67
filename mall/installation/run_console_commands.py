"""Runs several `sunmall` commands one after the other, importing the application once for all of them.

Each command runs in a process forked after the import: it starts at once and leaves nothing behind for the next.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points

from mall.installation.say_progress import mind_the_terminal, say, step

DONE, DONE_WITH_FINDINGS, REFUSED = 0, 1, 2


@dataclass(frozen=True)
class ConsoleStep:
    """A command line after the word `sunmall`, how to call it, and a file for what it prints ("" = the terminal)."""

    number: int
    of: int
    chinese: str
    english: str
    arguments: tuple[str, ...]
    output_path: str = ""


def steps_command(steps: list[ConsoleStep]) -> list[str]:
    """The command that runs these steps in a process of their own."""
    return [
        sys.executable,
        "-m",
        "mall.installation.run_console_commands",
        json.dumps([asdict(each) for each in steps]),
    ]


def run_steps(steps: list[ConsoleStep], *, command: Callable[[], object]) -> int:
    """Run them in order; stop at the first that is refused or breaks, and return its exit code, else 0."""
    for each in steps:
        if each.output_path:
            code = _run_apart(each, command=command)
        else:
            with step(each.number, of=each.of, chinese=each.chinese, english=each.english):
                code = _run_apart(each, command=command)
        if code == DONE_WITH_FINDINGS:
            say("      有需要查看的条目，见上", english="there are findings, see above")
        elif code != DONE:
            say(
                f"      sunmall {' '.join(each.arguments)} 未完成（退出码 {code}）",
                english=f"was not done (exit code {code})",
            )
            return code
    return DONE


def _run_apart(each: ConsoleStep, *, command: Callable[[], object]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _become(each, command=command)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _become(each: ConsoleStep, *, command: Callable[[], object]) -> None:
    """In the forked child: be the console command, then leave by its exit code."""
    if each.output_path:
        descriptor = os.open(each.output_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, 1)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.argv = ["sunmall", *each.arguments]
    code: int | str | None = DONE_WITH_FINDINGS
    try:
        command()
        code = DONE
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if isinstance(code, str):
            print(code, file=sys.stderr, flush=True)
        os._exit(code if isinstance(code, int) else DONE if code is None else DONE_WITH_FINDINGS)


def _console_command() -> Callable[[], object]:
    """The installed console command; loading it imports the application."""
    (found,) = entry_points(group="console_scripts", name="sunmall")
    command: Callable[[], object] = found.load()
    return command


def main() -> int:
    mind_the_terminal()
    steps = [ConsoleStep(**{**each, "arguments": tuple(each["arguments"])}) for each in json.loads(sys.argv[1])]
    return run_steps(steps, command=_console_command())


if __name__ == "__main__":
    sys.exit(main())
