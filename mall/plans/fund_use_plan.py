"""Fund-use plans: the numbered papers that let a line's money leave in a month, move it to another or give it up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.plans.fund_use_plan_kinds import KINDS
from mall.plans.fund_use_plan_states import FUND_USE_PLAN_STATES

_KINDS_SQL = ", ".join(f"'{kind}'" for kind in KINDS)

#: what becomes of a line at submission and afterwards; only clear and exempted ones are approved with the plan
OUTCOMES = ("clear", "held", "exempted", "repointed", "adjusted")
_OUTCOMES_SQL = ", ".join(f"'{outcome}'" for outcome in OUTCOMES)


class FundUsePlan(Base):
    """One plan of one unit and year.

    `maker_ids`: everybody who drew it up, changed or submitted it; none of them decides it. `edition` counts its
    versions, `lines` are those of the present one; `submission_no` counts its submissions, each of which judges every
    line anew. `approved_fen`: what was posted, without the lines that were held.
    """

    __tablename__ = "fund_use_plan"
    # `lines` and `judgements` are no columns.
    __allow_unmapped__ = True
    __table_args__ = (
        CheckConstraint(FUND_USE_PLAN_STATES.check_sql(), name="state"),
        CheckConstraint(f"kind in ({_KINDS_SQL})", name="kind"),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("kind = 'plan' or reason <> ''", name="grounds"),
        CheckConstraint("maker_id = any (maker_ids)", name="parties"),
        CheckConstraint("not decider_id = any (maker_ids)", name="maker_never_decides"),
        CheckConstraint("state <> 'approved' or (decider_id is not null and approved_fen > 0)", name="decided"),
        Index("ix_fund_use_plan_region", "region_code", "year", "id"),
        Index("ix_fund_use_plan_unit", "unit_id", "year", "id"),
        Index("ix_fund_use_plan_waiting", "due_at", postgresql_where=text("state in ('submitted', 'returned')")),
        # The same workbook is the same plan, however often it is sent.
        Index(
            "uq_fund_use_plan_source",
            "unit_id",
            "year",
            "source_sha256",
            unique=True,
            postgresql_where=text("source_sha256 is not null and state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    state: Mapped[str]
    region_code: Mapped[int]
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reason: Mapped[str]
    edition: Mapped[int]
    submission_no: Mapped[int] = mapped_column(server_default="0")
    amount_fen: Mapped[int]
    approved_fen: Mapped[int | None]
    maker_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    maker_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    source_sha256: Mapped[str | None]

    #: of the present edition and of the last submission by line number; filled by `load_lines`
    lines: tuple[FundUsePlanLine, ...]
    judgements: dict[int, PlanLineJudgement]

    @property
    def reference(self) -> str:
        return f"fund_use_plan:{self.number}"

    @property
    def states(self) -> StateTable:
        return FUND_USE_PLAN_STATES

    @property
    def held_lines(self) -> tuple[FundUsePlanLine, ...]:
        """The lines that are not approved with the rest, whatever has become of them since."""
        return tuple(line for line in self.lines if self.is_held(line))

    def lines_on(self, budget_line_id: int) -> tuple[FundUsePlanLine, ...]:
        """The lines of one budget line."""
        return tuple(line for line in self.lines if line.budget_line_id == budget_line_id)

    def is_held(self, line: FundUsePlanLine) -> bool:
        judgement = self.judgements.get(line.line_no)
        return judgement is not None and judgement.outcome not in ("clear", "exempted")

    def joined_by(self, user_id: int | None) -> None:
        """Whoever has a hand in a plan does not decide it any more."""
        if user_id is not None and user_id not in self.maker_ids:
            self.maker_ids = [*self.maker_ids, user_id]


class FundUsePlanLine(Base):
    """An amount in a month of a budget line, of one edition; append-only. Negative: taken out of the month."""

    __tablename__ = "fund_use_plan_line"
    __table_args__ = (
        UniqueConstraint("plan_id", "edition", "line_no"),
        CheckConstraint("amount_fen <> 0", name="amount"),
        CheckConstraint("month between 1 and 12", name="month"),
        Index("ix_fund_use_plan_line_budget_line", "budget_line_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("fund_use_plan.id"))
    edition: Mapped[int]
    line_no: Mapped[int]
    budget_line_id: Mapped[int]
    month: Mapped[int]
    amount_fen: Mapped[int]
    purpose: Mapped[str]
    category_code: Mapped[str]


class PlanLineJudgement(Base):
    """What one submission found out about one line: whether it is procurement, and whether it may pass as it stands.

    `rule`: why it is held, "" for a line that is clear. `evidence`: what spoke, with the limits it was held against.
    `plea`: why the unit thinks it should pass all the same. `settled_by_id` and `paper`: who settled a held line, and
    the budget document or plan that came of it.
    """

    __tablename__ = "plan_line_judgement"
    __table_args__ = (
        UniqueConstraint("plan_id", "submission_no", "line_no"),
        CheckConstraint(f"outcome in ({_OUTCOMES_SQL})", name="outcome"),
        CheckConstraint("(outcome = 'clear') = (rule = '')", name="held_by_a_rule"),
        CheckConstraint("outcome <> 'exempted' or (plea <> '' and settled_by_id is not null)", name="reasoned"),
        CheckConstraint("outcome not in ('repointed', 'adjusted') or paper <> ''", name="has_paper"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("fund_use_plan.id"))
    submission_no: Mapped[int]
    line_no: Mapped[int]
    outcome: Mapped[str]
    rule: Mapped[str]
    category_code: Mapped[str]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    plea: Mapped[str] = mapped_column(server_default="")
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    paper: Mapped[str] = mapped_column(server_default="")


def load_lines(plans: Iterable[FundUsePlan]) -> None:
    """Fill `lines` and `judgements` of these plans: the present edition, the last submission; two queries."""
    by_id = {plan.id: plan for plan in plans}
    lines: dict[int, list[FundUsePlanLine]] = defaultdict(list)
    query = select(FundUsePlanLine).where(FundUsePlanLine.plan_id.in_(by_id))
    for line in session().scalars(query.order_by(FundUsePlanLine.plan_id, FundUsePlanLine.line_no)):
        if line.edition == by_id[line.plan_id].edition:
            lines[line.plan_id].append(line)
    judgements: dict[int, dict[int, PlanLineJudgement]] = defaultdict(dict)
    for one in session().scalars(select(PlanLineJudgement).where(PlanLineJudgement.plan_id.in_(by_id))):
        if one.submission_no == by_id[one.plan_id].submission_no:
            judgements[one.plan_id][one.line_no] = one
    for plan_id, plan in by_id.items():
        plan.lines = tuple(lines[plan_id])
        # A changed edition has not been judged yet.
        plan.judgements = judgements[plan_id] if plan.state in ("submitted", "approved") else {}


def fund_use_plan_numbered(number: str) -> FundUsePlan:
    """The plan with its lines, whoever asks. Raises Refusal("plan.unknown")."""
    plan = session().scalar(select(FundUsePlan).where(FundUsePlan.number == number))
    if plan is None:
        raise Refusal("plan.unknown", number=number)
    load_lines([plan])
    return plan


def plans_of_line(budget_line_id: int) -> list[FundUsePlan]:
    """Every plan whose present edition touches the budget line, oldest first, with lines."""
    query = (
        select(FundUsePlan)
        .where(
            select(FundUsePlanLine.id)
            .where(
                FundUsePlanLine.plan_id == FundUsePlan.id,
                FundUsePlanLine.edition == FundUsePlan.edition,
                FundUsePlanLine.budget_line_id == budget_line_id,
            )
            .exists()
        )
        .order_by(FundUsePlan.id)
    )
    plans = list(session().scalars(query))
    load_lines(plans)
    return plans
