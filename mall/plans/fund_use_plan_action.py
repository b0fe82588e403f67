"""The frame of every step on a fund-use plan; foreign and missing look the same: Refusal "plan.unknown"."""

from __future__ import annotations

import functools
from collections.abc import Callable

from mall.documents.document_action import document_action
from mall.plans.fund_use_plan import FundUsePlan
from mall.plans.visible_fund_use_plans import visible_plan

UseCase = Callable[..., FundUsePlan]

fund_use_plan_action = functools.partial(document_action, kind="fund_use_plan", visible=visible_plan)
