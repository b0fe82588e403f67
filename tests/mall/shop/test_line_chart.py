"""Step charts: integer coordinates inside the plot, round numbers at the axis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mall.shop.base_price import yuan_text
from mall.shop.line_chart import Series, step_chart

START = datetime(2026, 6, 1, tzinfo=UTC)
UNTIL = START + timedelta(days=100)


def test_a_value_holds_until_the_next_and_is_carried_on_to_today() -> None:
    series = [Series("晴天", [(START, 200_000), (START + timedelta(days=50), 240_000)])]

    chart = step_chart(series, until=UNTIL, value_text=yuan_text)

    assert chart is not None
    left, _, right, _ = chart.plot
    assert chart.lines[0].path.startswith(f"M{left} ")
    assert chart.lines[0].path.endswith(f"H{right}")
    assert [mark.words for mark in chart.lines[0].marks] == ["晴天 2026-06-01 ¥20.00", "晴天 2026-07-21 ¥24.00"]


@pytest.mark.parametrize("values", [[1], [5, 5], [1, 9_999_999], [21500, 22800, 21900], [0, 3]])
def test_every_mark_lies_inside_the_plot(values: list[int]) -> None:
    points = [(START + timedelta(days=number), value) for number, value in enumerate(values)]

    chart = step_chart([Series("晴天", points)], until=UNTIL, value_text=yuan_text)

    assert chart is not None
    left, top, right, bottom = chart.plot
    marks = chart.lines[0].marks
    assert all(left <= mark.x <= right and top <= mark.y <= bottom for mark in marks)
    assert all(isinstance(mark.x, int) and isinstance(mark.y, int) for mark in marks)
    assert 2 <= len(chart.upward) <= 9


def test_higher_prices_are_drawn_higher() -> None:
    chart = step_chart([Series("晴天", [(START, 100), (START + timedelta(days=1), 200)])], until=UNTIL, value_text=str)

    assert chart is not None
    first, second = chart.lines[0].marks
    assert second.y < first.y


def test_nothing_to_draw_is_no_chart() -> None:
    assert step_chart([Series("晴天", [])], until=UNTIL, value_text=str) is None
