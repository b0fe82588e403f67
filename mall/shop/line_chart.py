"""Step charts drawn on the server: values over time become integer coordinates for an SVG; no script, no float."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mall import clock

WIDTH, HEIGHT = 720, 280
LEFT, RIGHT, TOP, BOTTOM = 72, 16, 16, 32
COLOURS = 8


@dataclass(frozen=True)
class Series:
    """A value that holds from each point on until the next; points are (instant, value), oldest first."""

    name: str
    points: list[tuple[datetime, int]]


@dataclass(frozen=True)
class Mark:
    """A point of a line with the words that tell it."""

    x: int
    y: int
    words: str


@dataclass(frozen=True)
class Line:
    """A drawn series; `colour` counts from 0 and picks a class of sunmall.css."""

    name: str
    colour: int
    path: str
    marks: list[Mark]


@dataclass(frozen=True)
class Tick:
    """A place on an axis with its label."""

    at: int
    label: str


@dataclass(frozen=True)
class LineChart:
    """A chart ready to be drawn by the macro `line_chart`."""

    width: int
    height: int
    plot: tuple[int, int, int, int]
    lines: list[Line]
    across: list[Tick]
    upward: list[Tick]


def step_chart(series: list[Series], *, until: datetime, value_text: Callable[[int], str]) -> LineChart | None:
    """Draw series up to `until`, every value carried on to that instant; None when there is nothing to draw."""
    drawn = [one for one in series if one.points]
    if not drawn:
        return None
    since = min(one.points[0][0] for one in drawn)
    since = min(since, until - timedelta(days=1))
    values = [value for one in drawn for _, value in one.points]
    low, high, step = _scale(min(values), max(values))

    def across(at: datetime) -> int:
        done = int((min(at, until) - since).total_seconds())
        return LEFT + done * (WIDTH - LEFT - RIGHT) // max(1, int((until - since).total_seconds()))

    def upward(value: int) -> int:
        return HEIGHT - BOTTOM - (value - low) * (HEIGHT - TOP - BOTTOM) // (high - low)

    return LineChart(
        width=WIDTH,
        height=HEIGHT,
        plot=(LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM),
        lines=[
            _line(one, number % COLOURS, across=across, upward=upward, value_text=value_text)
            for number, one in enumerate(drawn)
        ],
        across=[Tick(across(at), clock.local(at).strftime("%Y-%m-%d")) for at in _dates(since, until)],
        upward=[Tick(upward(value), value_text(value)) for value in range(low, high + 1, step)],
    )


def _line(
    one: Series,
    colour: int,
    *,
    across: Callable[[datetime], int],
    upward: Callable[[int], int],
    value_text: Callable[[int], str],
) -> Line:
    places = [(across(at), upward(value)) for at, value in one.points]
    path = f"M{places[0][0]} {places[0][1]}" + "".join(f"H{x}V{y}" for x, y in places[1:]) + f"H{WIDTH - RIGHT}"
    marks = [
        Mark(x, y, f"{one.name} {clock.local(at):%Y-%m-%d} ¥{value_text(value)}")
        for (x, y), (at, value) in zip(places, one.points, strict=True)
    ]
    return Line(name=one.name, colour=colour, path=path, marks=marks)


def _scale(least: int, most: int) -> tuple[int, int, int]:
    """(lowest, highest, step) of an axis with round numbers that leaves some air above and below."""
    spread = max(most - least, most // 10, 5)
    step = 1
    while step * 4 < spread:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    low = max(0, (least - step // 2) // step * step)
    high = -(-(most + step // 2) // step) * step
    return low, max(high, low + step), step


def _dates(since: datetime, until: datetime) -> list[datetime]:
    """Four instants from the first to the last, evenly spaced."""
    third = (until - since) / 3
    return [since, since + third, since + third * 2, until]
