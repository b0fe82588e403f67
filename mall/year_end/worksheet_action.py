"""The frame of every step on a worksheet; foreign and missing look the same: Refusal "worksheet.unknown"."""

from __future__ import annotations

import functools
from collections.abc import Callable

from mall.documents.document_action import document_action
from mall.year_end.visible_worksheets import visible_worksheet
from mall.year_end.worksheet import YearEndWorksheet

UseCase = Callable[..., YearEndWorksheet]

worksheet_action = functools.partial(document_action, kind="year_end", visible=visible_worksheet)
