"""What the set-up prints on the terminal: each sentence in Chinese and English, each step with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from mall.installation.refusal import InstallationRefused


def say(chinese: str, *, english: str = "") -> None:
    """One line, at once, on standard output; a terminal that cannot show Chinese gets question marks, no traceback."""
    print(f"{chinese} / {english}" if english else chinese, flush=True)


def say_refusal(refusal: InstallationRefused) -> None:
    print(f"\n{refusal.chinese}\n{refusal.english}", file=sys.stderr, flush=True)


def mind_the_terminal() -> None:
    """Never fail on a character the terminal's encoding lacks."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@contextmanager
def step(number: int, *, of: int, chinese: str, english: str) -> Iterator[None]:
    """Print "[2/6] ..." before the block and its seconds after it; nothing after a failure."""
    say(f"[{number}/{of}] {chinese}", english=english)
    began_at = time.monotonic()
    yield
    print(f"      {time.monotonic() - began_at:6.1f} s", flush=True)
