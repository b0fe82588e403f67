"""Kills parts of the running product, by kind and at named points, and measures how long the service is away."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from mall.crash_point import (
    AFTER_COMMIT,
    BEFORE_BATCH_FILE,
    BEFORE_COMMIT,
    BETWEEN_DELIVERIES,
    BETWEEN_RETURN_LINES,
    HALF_A_BATCH_FILE,
)
from tests.crash.clients import Crowd
from tests.crash.running_product import Product, kill

RANDOM_KINDS = ("web worker", "backend", "worker", "postmaster", "web master")
POINTS = (
    BEFORE_COMMIT, AFTER_COMMIT, BETWEEN_DELIVERIES, BEFORE_BATCH_FILE, HALF_A_BATCH_FILE, BETWEEN_RETURN_LINES,
)  # fmt: skip
POINT_REACHED_WITHIN_SECONDS = 30
BACK_WITHIN_SECONDS = 90
LOOKS_EVERY_SECONDS = 0.05


@dataclass
class Tally:
    """Kills by kind and point, and the seconds until the service was back after each."""

    kills: Counter[str] = field(default_factory=Counter)
    away_seconds: dict[str, list[float]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.kills.values())

    def longest(self) -> float:
        return max(seconds for each in self.away_seconds.values() for seconds in each)

    def table(self) -> str:
        lines = [f"{'killed':36} {'times':>5} {'median s':>9} {'max s':>7}"]
        for kind, seconds in sorted(self.away_seconds.items()):
            lines.append(f"{kind:36} {self.kills[kind]:5d} {statistics.median(seconds):9.2f} {max(seconds):7.2f}")
        every = [seconds for each in self.away_seconds.values() for seconds in each]
        lines.append(f"{'all':36} {self.total:5d} {statistics.median(every):9.2f} {max(every):7.2f}")
        return "\n".join(lines)


@dataclass
class Killer:
    """Kills one thing at a time and waits until the service is back."""

    product: Product
    crowd: Crowd
    chance: random.Random
    tally: Tally = field(default_factory=Tally)
    clerk: subprocess.Popen[bytes] | None = None

    def start_clerk(self) -> None:
        """The treasury's carrier; started again whenever it was killed."""
        if self.clerk is not None and self.clerk.poll() is None:
            return
        with (self.product.folder / "clerk.log").open("ab") as log:
            self.clerk = subprocess.Popen(
                [sys.executable, "-m", "tests.crash.treasury_clerk"],
                env={**self.product.environment, "SUNMALL_APP_DATABASE_URL": self.product.urls().app},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def stop_clerk(self) -> None:
        if self.clerk is not None:
            self.clerk.kill()
            self.clerk.wait()

    def at_random(self, kind: str) -> None:
        """SIGKILL one process of this kind after a moment of the crowd's work."""
        time.sleep(self.chance.uniform(0.2, 1.2))
        found = self.product.victims(kind)
        if found and kill(self.chance.choice(found)):
            self._note(kind, killed_at=time.monotonic())

    def at_point(self, point: str) -> None:
        """Lay the point out; the next process that comes by dies there."""
        laid_out = self.product.points / point
        laid_out.touch()
        deadline = time.monotonic() + POINT_REACHED_WITHIN_SECONDS
        while laid_out.exists() and time.monotonic() < deadline:
            time.sleep(LOOKS_EVERY_SECONDS)
        killed_at = time.monotonic()
        try:
            laid_out.unlink()
        except FileNotFoundError:
            self._note(point, killed_at=killed_at)
        if self.clerk is not None:
            self.start_clerk()

    def _note(self, kind: str, *, killed_at: float) -> None:
        self.tally.kills[kind] += 1
        back_at = self._back_at(killed_at)
        self.tally.away_seconds.setdefault(kind, []).append(back_at - killed_at)

    def _back_at(self, killed_at: float) -> float:
        """When health and readiness are good and a request that began after the kill was acknowledged."""
        while not (
            self.crowd.last_good_began_at > killed_at
            and all(len(self.product.victims(kind)) for kind in ("web master", "web worker", "worker", "postmaster"))
            and self.product.is_ready()
        ):
            assert time.monotonic() < killed_at + BACK_WITHIN_SECONDS, self.product.last_words()
            time.sleep(LOOKS_EVERY_SECONDS)
        return time.monotonic()


def drill(killer: Killer, *, kills: int, within_seconds: float, started_at: float) -> None:
    """Alternate between random victims and named points until so many have died or the time is up."""
    turn = 0
    # A web worker is what dies most in life; the parts that need the supervisor come by in turn.
    order = ("web worker", "backend", "web worker", "worker", "web worker", "postmaster", "backend", "web master")
    while killer.tally.total < kills and time.monotonic() < started_at + within_seconds:
        if turn % 3 == 2:
            killer.at_point(POINTS[turn // 3 % len(POINTS)])
        else:
            killer.at_random(order[(turn - turn // 3) % len(order)])
        turn += 1
