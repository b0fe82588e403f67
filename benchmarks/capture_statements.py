"""The SQL of one order as a pgbench script: what PostgreSQL must do whoever asks, with ids and numbers as variables."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

from order_world import FIRST_LINE, FIRST_PERSON, FIRST_UNIT, LINES, LINES_PER_UNIT, OrderWorld
from psycopg.types.json import Jsonb
from sqlalchemy import event

from mall.access.actor import Actor
from mall.database import close_reading, engine, reading, session
from mall.ordering.order import Order
from mall.ordering.place_order import Wanted, place_order
from mall.people.api_token import actor_of_token

_NAMED = re.compile(r"%\((\w+)\)s|%%")
_PLACED = re.compile(r"%s|%%")


def capture(world: OrderWorld, *, line: int) -> tuple[list[tuple[str, Any]], dict[str, str]]:
    """(statements with parameters, {number as text: variable}) of one order placed through the use-case."""
    actor = _actor(world, line)
    # The second order is what the thousandth looks like: caches are filled, the year's total exists.
    _place(world, actor, line)
    heard: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        heard.append((statement, parameters))

    event.listen(engine(), "before_cursor_execute", listen)
    try:
        number = _place(world, actor, line)
    finally:
        event.remove(engine(), "before_cursor_execute", listen)
    with reading():
        order_id = session().query(Order.id).filter(Order.number == number).scalar()
    return heard, {
        str(order_id): "order_id",
        str(int(number.rsplit("-", 1)[1])): "number",
        str(FIRST_LINE + line): "line_id",
        str(FIRST_UNIT + line // LINES_PER_UNIT): "unit_id",
        str(FIRST_PERSON + line // LINES_PER_UNIT): "person_id",
    }


def as_pgbench(statements: list[tuple[str, Any]], names: dict[str, str], *, hot: bool) -> str:
    """The script; `hot` orders against the first line only, else against any of the thousand."""
    chosen = str(FIRST_LINE) if hot else f"random({FIRST_LINE}, {FIRST_LINE + LINES - 1})"
    script = [
        f"\\set line_id {chosen}",
        f"\\set place (:line_id - {FIRST_LINE}) / {LINES_PER_UNIT}",
        f"\\set unit_id {FIRST_UNIT} + :place",
        f"\\set person_id {FIRST_PERSON} + :place",
        "begin;",
    ]
    for statement, parameters in statements:
        text = re.sub(r"\s+", " ", _filled(statement, parameters, names)).strip()
        if "nextval" in text and "number_order" in text and text.lower().startswith("select"):
            script.append(f"select {_call(text)} as number \\gset")
        elif text.lower().startswith("insert into purchase_order"):
            script.append(f"{_without_returning(text)} returning id as order_id \\gset")
        else:
            script.append(f"{text};")
    return "\n".join([*script, "commit;", ""])


def _call(text: str) -> str:
    found = re.search(r"nextval\('[^']*'(?:::regclass)?\)", text)
    if found is None:
        raise ValueError(f"no sequence in {text}")
    return found.group(0)


def _without_returning(text: str) -> str:
    return re.split(r"\s+returning\s+", text, flags=re.IGNORECASE)[0]


def _filled(statement: str, parameters: Any, names: dict[str, str]) -> str:
    if isinstance(parameters, dict):
        return _NAMED.sub(lambda m: _sql(parameters[m.group(1)], names) if m.group(1) else "%", statement)
    values = iter(parameters or ())
    return _PLACED.sub(lambda m: "%" if m.group(0) == "%%" else _sql(next(values), names), statement)


def _sql(value: Any, names: dict[str, str]) -> str:
    """One value as SQL, with the known numbers inside it as variables."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f":{names[str(value)]}" if str(value) in names else f"({value})"
    if isinstance(value, datetime | date):
        return _text(value.isoformat(), names)
    if isinstance(value, Jsonb):
        return _text(json.dumps(value.obj, ensure_ascii=False), names)
    if isinstance(value, list | tuple):
        kind = "bigint" if all(isinstance(one, int) for one in value) else "text"
        return _text("{" + ",".join(_element(one) for one in value) + "}", names) + f"::{kind}[]"
    return _text(str(value), names)


def _element(value: Any) -> str:
    return str(value) if isinstance(value, int) else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(text: str, names: dict[str, str]) -> str:
    parts = re.split("(" + "|".join(map(re.escape, names)) + ")", text)
    pieces = [f":{names[part]}" if part in names else _quoted(part) for part in parts if part]
    if len(pieces) < 2:
        return pieces[0] if pieces and text not in names else f"({_quoted('')} || {pieces[0]})" if pieces else "''"
    return f"({' || '.join(pieces)})"


def _quoted(text: str) -> str:
    # A colon would begin a variable, even inside quotes.
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a").replace("\n", "\\n")
    return f"E'{escaped}'"


def _actor(world: OrderWorld, line: int) -> Actor:
    actor = actor_of_token(world.token(line))
    close_reading()
    if actor is None:
        raise AssertionError("the benchmark's token is not good")
    return actor


def _place(world: OrderWorld, actor: Actor, line: int) -> str:
    placed = place_order(
        actor=actor,
        unit_id=FIRST_UNIT + line // LINES_PER_UNIT,
        wanted=[Wanted(listing_id=world.listing_id, quantity=1, budget_line_id=FIRST_LINE + line)],
        delivery={"address": "一号楼", "contact": "张老师"},
    )
    return str(placed["orders"][0])
