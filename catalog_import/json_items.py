"""Objects of JSON files as text cells, numbers as they were written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from catalog_import.feed_shelf import ReportRow
from catalog_import.report_titles import CODES_TITLE, WORDS_TITLE
from mall.errors import Refusal


def parse_json(text: str) -> Any:
    """JSON with its numbers as text, so that 0.10 and 1e3 stay as they were written. Raises ValueError."""
    return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)


def load_json(path: Path) -> Any:
    """A whole file. Raises Refusal "import.broken_json", "import.encoding_unknown"."""
    try:
        return parse_json(path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise Refusal("import.broken_json", line=error.lineno) from None
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Refusal("import.broken_json", line=line) from None
    except RecursionError:
        raise Refusal("import.broken_json", line=1) from None


def cell_of(value: Any) -> str:
    """A value as a cell of text: lists joined, objects as 名称:值, nothing as ''."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case str():
            return value
        case Mapping():
            return ";".join(f"{name}:{cell_of(one)}" for name, one in value.items())
        case list():
            return "、".join(cell_of(one) for one in value)
    return str(value)


def with_remarks(given: Any, row: ReportRow | None) -> Any:
    """An object of the sender's with what there is to say about it; remarks of an earlier report are replaced."""
    if not isinstance(given, dict):
        return given
    kept = {name: value for name, value in given.items() if name not in (CODES_TITLE, WORDS_TITLE)}
    return {**kept, CODES_TITLE: row.codes, WORDS_TITLE: row.words} if row is not None and row.codes else kept


def write_line(target: IO[bytes], value: Any) -> None:
    """One object on one line."""
    target.write(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
