"""Builds the rewritten tree, healing what does not build, and says whose failure it is where that is not enough.

In: a planner, an overlay (or any other way to place and build a plan). Out: `HealedBuild`: the plan that was built, or
the failure as data. Ordinary code needs one build and no round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from borrowscope.build.healing import MAXIMUM_ROUNDS, heal, leave_alone, packages_of
from borrowscope.build.overlay import BuildOutcome
from borrowscope.build.plan import InstrumentPlan, Planner, check_globs
from borrowscope.build.switches import Reason
from borrowscope.build.type_check import BuildFailure
from borrowscope.project.model import Project

Note = Callable[[str], None]
Build = Callable[[InstrumentPlan], BuildOutcome]
BuildUntouched = Callable[[], BuildFailure | None]


class Verdict(Enum):
    """How building ended."""

    BUILT = auto()
    INTERRUPTED = auto()
    BASELINE_FAILS = auto()  # the untouched tree does not build either
    OURS_FAILS = auto()  # ours does not build although the untouched one does


@dataclass(frozen=True, slots=True)
class HealedBuild:
    """The plan that stands at the end, and the failure where there is one."""

    verdict: Verdict
    plan: InstrumentPlan
    failure: BuildFailure | None = None


def build_with_healing(planner: Planner, build: Build, build_untouched: BuildUntouched, note: Note) -> HealedBuild:
    """Build until it succeeds: six rounds of healing, then whole packages are left alone, then the untouched tree."""
    before = planner.switches.snapshot()
    plan = planner.plan()
    check_globs(planner.trace, plan)
    outcome = build(plan)
    rounds = 0
    while not outcome.is_success and not outcome.interrupted:
        changed = _switch_off(outcome, plan, planner, rounds)
        if not changed:
            break
        rounds += 1
        planner.switches.rounds += 1
        note(f"round {rounds} of healing: {len(outcome.errors)} errors, {len(changed)} files rewritten")
        plan = planner.plan(only=changed, before=plan)
        outcome = build(plan)
    if outcome.interrupted:
        return HealedBuild(Verdict.INTERRUPTED, plan)
    if outcome.is_success:
        return HealedBuild(Verdict.BUILT, plan)
    planner.switches.restore(before)
    failure = build_untouched()
    if failure is not None:
        return HealedBuild(Verdict.BASELINE_FAILS, plan, failure)
    said = "".join(error.rendered for error in outcome.errors)
    return HealedBuild(Verdict.OURS_FAILS, plan, BuildFailure(outcome.code, said))


def _switch_off(outcome: BuildOutcome, plan: InstrumentPlan, planner: Planner, rounds: int) -> set[Path]:
    project: Project = planner.facts.project
    if rounds < MAXIMUM_ROUNDS and outcome.errors:
        return heal(outcome.errors, plan, project, planner.switches)
    message = outcome.errors[0].message if outcome.errors else "the build fails without a compiler error"
    reason = Reason(outcome.errors[0].code if outcome.errors else None, message)
    changed = leave_alone(packages_of(outcome.errors, project), plan, reason, planner.switches)
    everything = {package.name for package in project.packages}
    return changed or leave_alone(everything, plan, reason, planner.switches)
