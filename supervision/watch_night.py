"""The night of the watch: calendar, export, reference prices, sweeps, shadows; once a day, anew when cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from mall import clock
from mall.database import engine as database_engine
from mall.database import session
from mall.regions.watch_calendar import write_calendar
from mall.settings import Settings
from supervision.analytics import engine_name, history_folder, open_engine, runs_nights, watch_key
from supervision.compute_references import compute_references
from supervision.export_history import Exported, export_history, note_export
from supervision.find_groups import find_groups
from supervision.rule import Rule
from supervision.rule_changes.run_shadows import run_shadows
from supervision.rule_precision import precisions, standing_of
from supervision.rule_run import RuleRun
from supervision.rule_shelf import rules_at
from supervision.sweep import SweptRule, sweep_rules

#: the hour in Asia/Shanghai from which a night may begin: nobody buys, and yesterday is whole
FIRST_HOUR = 1


@dataclass(frozen=True)
class Night:
    """What a night did."""

    exported: Exported
    swept: list[SweptRule]


def is_night_due() -> bool:
    """Whether today's night has not been run to its end and its hour has come."""
    now = clock.local(clock.now())
    return now.hour >= FIRST_HOUR and not _is_complete(now.date())


def _is_complete(day: date) -> bool:
    """Whether every rule of the day's sweeps has a run of this day. A failed run is one: it is shown, not repeated."""
    run = set(session().scalars(select(RuleRun.rule_id).where(RuleRun.on_day == day)))
    return all(rule.id in run for stage in stages_on(day) for rule in rules_at(stage))


def stages_on(day: date) -> tuple[str, ...]:
    """The sweeps of a day: the monthly ones on its first."""
    return ("nightly", "monthly") if day.day == 1 else ("nightly",)


def run_night_when_due(settings: Settings) -> int:
    """For the worker. Returns the number of rules that were run."""
    if not runs_nights() or not is_night_due():
        return 0
    return len(run_night(settings, on=clock.today()).swept)


def run_night(
    settings: Settings,
    *,
    on: date,
    stages: Iterable[str] | None = None,
    only: Iterable[str] = (),
    engine: str | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Night:
    """Export the history of this moment, and run the sweeps of the day on it.

    Raises Refusal("watch.unknown_engine") and what the database raises.
    """
    chosen = engine or engine_name()
    exported = export_now(settings, on=on)
    say(f"history: {exported.written_count} partitions written, {exported.manifest.digest}")
    with open_engine(settings, url=database_url(), name=chosen) as opened:
        say(f"reference prices: {compute_references(opened, on=on)}")
        known = precisions()

        def standing(rule: Rule, mode: str, category_code: str) -> str:
            return standing_of(rule, mode, known.of(rule.id, version=rule.version, category_code=category_code))

        swept = sweep_rules(
            opened,
            on=on,
            history_digest=exported.manifest.digest,
            standing=standing,
            stages=stages if stages is not None else stages_on(on),
            only=only,
        )
        # After the sweeps: what people are shown in the morning must not wait for what is only being tried.
        run_shadows(opened, on=on, history_digest=exported.manifest.digest, say=say)
    for one in swept:
        say(f"{one.rule_id}: " + ", ".join(f"{name} {count}" for name, count in one.counts.items()) + one.failure)
    return Night(exported, swept)


def export_now(settings: Settings, *, on: date) -> Exported:
    """Bring calendar and history up to this moment."""
    started_at = clock.now()
    write_calendar(until=on)
    find_groups(watch_key=watch_key(settings), on=on)
    exported = export_history(history_folder(settings), url=database_url(), watch_key=watch_key(settings), on=on)
    note_export(exported, started_at=started_at)
    return exported


def database_url() -> str:
    """The address this process is connected to."""
    return database_engine().url.render_as_string(hide_password=False)
