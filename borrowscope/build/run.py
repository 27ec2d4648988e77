"""`run`, `test`, `exec`: rewrite, build in place, start the program with the user's terminal, complete the recording.

In: a project, cargo's options, a `RunRequest`. Out: `RunOutcome` with the exit code that the command ends with.
Two runs of one project wait for each other.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from borrowscope.analyzer.kept_files import KeptFiles, tool_stamp
from borrowscope.build.directories import locked
from borrowscope.build.exec_command import ExecCommand, exec_directory, exec_environment
from borrowscope.build.file_ids import FileIds
from borrowscope.build.healed_build import HealedBuild, Verdict, build_with_healing
from borrowscope.build.healing import heal
from borrowscope.build.left_untraced import allow_untouched, read_left
from borrowscope.build.mark_problems import check_project_marks
from borrowscope.build.mirror import MirroredFile, update_mirror
from borrowscope.build.overlay import (
    RUN,
    TEST,
    BuildOutcome,
    Overlay,
    build_overlay,
    final_command,
    overlay_environment,
    prepare_overlay,
)
from borrowscope.build.pipeline import READ, ProjectFacts, analyze_project
from borrowscope.build.plan import Further, InstrumentPlan, Planner, Rewrite, absolute_text_includes, relative_name
from borrowscope.build.process import Finished, inherit
from borrowscope.build.recording_folder import Describe, check_place, finish_run, prepare_recording, write_plan
from borrowscope.build.site_files import instrument_report, sites_file
from borrowscope.build.stack import wide_main_stack, widen_threads
from borrowscope.build.switches import Switches, generator_name
from borrowscope.build.type_check import BuildFailure, TargetChoice
from borrowscope.build.unsafe_facts import add_operations
from borrowscope.build.untouched import build_untouched
from borrowscope.errors import ExitCode, UsageError
from borrowscope.project.model import Project
from borrowscope.project.options import CargoOptions
from borrowscope.rewrite.choice import NO_WISHES, TraceOptions
from borrowscope.rewrite.file import rewrite_file
from borrowscope.tables.recording_files import InstrumentReport, RunFile
from borrowscope.tables.tool import TOOL

Note = Callable[[str], None]


def _say_nothing(_text: str) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to start. `test_filter` are the words that `cargo test` takes before `--`."""

    command: str = RUN
    program_arguments: tuple[str, ...] = ()
    test_filter: tuple[str, ...] = ()
    output: Path | None = None
    trace_all: bool = False
    trace: tuple[str, ...] = ()  # globs of function paths
    wishes: TraceOptions = NO_WISHES  # what to record of a traced function
    max_bytes: int | None = None  # of one process; None: what the runtime takes by itself
    timeout: float | None = None  # seconds that the program may take, builds apart
    exec: ExecCommand | None = None  # of `exec`: the command
    command_line: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How it went: the exit code, and the recording where a program was started."""

    exit_code: int
    recording: Path | None = None
    program: Finished | None = None
    report: InstrumentReport | None = None
    failure: BuildFailure | None = None
    has_marks: bool = False
    stops: tuple[str, ...] = ()  # why streams ended before their process did
    notes: tuple[str, ...] = field(default=())
    left: tuple[str, ...] = ()  # what an `exec` could not build traced


def run_project(
    project: Project,
    options: CargoOptions,
    request: RunRequest,
    *,
    note: Note,
    describe: Describe | None = None,
    rewrite: Rewrite = rewrite_file,
    phase: Note = _say_nothing,
) -> RunOutcome:
    """Record one `cargo run` or `cargo test`.

    `note` gets one line at a time for stderr; `describe` reads what a stream holds (events, executable ...).
    `phase` is told what begins.
    """
    if request.output is not None:
        check_place(request.output)
    _check_runnable(project, options, request)
    with locked(project.own_dir, lambda: note("waiting for another run of this project to end")):
        choice = request.exec.choice if request.exec else _choice(options, request.command)
        check_project_marks(project, choice, options.selection)
        phase("Checking types")
        facts = analyze_project(project, options, choice, show=True)
        for line in facts.notes:
            note(line)
        if facts.interrupted:
            return RunOutcome(ExitCode.INTERRUPTED)
        if facts.failure is not None:
            return RunOutcome(ExitCode.BASELINE, failure=facts.failure)
        add_operations(facts, options)
        planner = make_planner(
            facts,
            project.own_dir / request.command,
            trace_all=request.trace_all,
            trace=request.trace,
            wishes=request.wishes,
        )
        planner.rewrite = rewrite
        for warning in planner.warnings():
            note(f"warning: {warning}\n")
        beforehand = request.exec.beforehand if request.exec else ()
        overlay = prepare_overlay(project, options, facts.toolchain, request.command, beforehand)
        built = _build(planner, overlay, note, phase)
        if built.verdict is not Verdict.BUILT:
            return RunOutcome(VERDICT_CODES[built.verdict], failure=built.failure)
        phase(f"Recording {shlex.join(request.exec.words) if request.exec else request.command}")
        outcome = _start(planner, overlay, built.plan, request, describe)
        return _told_left(outcome, planner, built.plan) if request.exec else outcome


VERDICT_CODES = {
    Verdict.INTERRUPTED: ExitCode.INTERRUPTED,
    Verdict.BASELINE_FAILS: ExitCode.BASELINE,
    Verdict.OURS_FAILS: ExitCode.INSTRUMENTED,
}


def _check_runnable(project: Project, options: CargoOptions, request: RunRequest) -> None:
    """Refuse a `run` of what has no binary before anything is built."""
    kinds = {target.kind for package in project.selected for target in package.targets}
    if request.command == RUN and not options.selection and "bin" not in kinds:
        hint = "`borrowscope test` records its tests"
        hint = f"name one with --example, or: {hint}" if "example" in kinds else hint
        has = "has a binary" if len(project.selected) > 1 else "has no binary"
        raise UsageError(f"{_subject(project)} {has} to run", hint=hint)


def _subject(project: Project) -> str:
    """What the command is about, in words: a workspace's manifest does not tell which of its packages."""
    names = [f"`{package.name}`" for package in project.selected]
    if len(project.packages) == 1 or not names:
        return str(project.manifest)
    return f"package {names[0]}" if len(names) == 1 else f"none of the packages {', '.join(names)}"


def _choice(options: CargoOptions, command: str) -> TargetChoice:
    if command == TEST:
        # all test targets, whichever are selected: what cargo builds beside them must have the same text
        has_benches = any(flag in {"--bench", "--benches", "--all-targets"} for flag in options.selection)
        return TargetChoice.ALL if has_benches else TargetChoice.TESTS
    return TargetChoice.GIVEN if options.selection else TargetChoice.DEFAULT


def make_planner(
    facts: ProjectFacts,
    state: Path,
    *,
    trace_all: bool,
    trace: tuple[str, ...] = (),
    wishes: TraceOptions = NO_WISHES,
    further: Further = absolute_text_includes,
) -> Planner:
    """A planner with the file ids and switches that are kept below the target directory."""
    generator = generator_name(facts.toolchain.verbose_version)
    planner = Planner(
        facts=facts,
        ids=FileIds.load(facts.project.own_dir / "file-ids.json"),
        switches=Switches.load(state / "healed.json", generator),
        trace_all=trace_all,
        trace=trace,
        wishes=wishes,
        further=further,
        keep=KeptFiles(facts.project.own_dir / READ / state.name, tool_stamp()),
    )
    planner.read_sources()
    return planner


def save_planner(planner: Planner) -> None:
    """Keep the file ids and switches for the next run."""
    planner.ids.save()
    planner.switches.save(generator_name(planner.facts.toolchain.verbose_version))


def _build(planner: Planner, overlay: Overlay, note: Note, phase: Note) -> HealedBuild:
    phase("Rewriting sources")

    def build(plan: InstrumentPlan) -> BuildOutcome:
        phase("Building traced sources")
        files = {path: MirroredFile(file.origin.source, file.rewritten.text) for path, file in plan.files.items()}
        update_mirror(overlay.mirror, files, overlay.project)
        return build_overlay(overlay)

    def untouched() -> BuildFailure | None:
        return build_untouched(
            overlay.project, overlay.options, planner.facts.toolchain, overlay.lane, overlay.beforehand
        )

    built = build_with_healing(planner, build, untouched, note)
    save_planner(planner)
    return built


def _start(
    planner: Planner,
    overlay: Overlay,
    plan: InstrumentPlan,
    request: RunRequest,
    describe: Describe | None,
) -> RunOutcome:
    facts = planner.facts
    report = instrument_report(plan, planner.switches)
    recording = prepare_recording(overlay.project.own_dir / "recordings", request.command, request.output)
    write_plan(recording, plan, sites_file(plan), report)
    run = _run_file(facts, request, report, overlay)
    finish_run(recording, run, None)
    if overlay.wrapper and request.exec:
        allow_untouched(overlay.project, overlay.wrapper)
    environment = exec_environment(overlay) if request.exec else overlay_environment(overlay.project)
    if request.max_bytes is not None:
        environment["BORROWSCOPE_MAX_BYTES"] = str(request.max_bytes)
    widen_threads(environment)
    overlay.active_file.write_text(f"{recording}\n", encoding="utf-8")
    start = time.monotonic_ns()
    try:
        command, directory = _command(overlay, request)
        with wide_main_stack():
            finished = inherit(command, directory, environment, timeout=request.timeout)
    finally:
        overlay.active_file.unlink(missing_ok=True)
    run.duration_ns = time.monotonic_ns() - start
    run.exit = {"code": finished.code, "signal": finished.signal}
    run = finish_run(recording, run, describe)
    code = finished.exit_code
    if code == 0 and not any(stream["events"] != 0 for stream in run.streams):
        code = ExitCode.NOTHING_RECORDED
    stops = tuple(sorted({stream["stopped"] for stream in run.streams if stream["stopped"]}))
    return RunOutcome(code, recording, finished, report, has_marks=plan.has_marks, stops=stops, notes=facts.notes)


def _command(overlay: Overlay, request: RunRequest) -> tuple[list[str], Path]:
    """What is started, and where."""
    if request.exec:
        return list(request.exec.words), exec_directory(overlay.project)
    return final_command(overlay, request.test_filter, request.program_arguments), overlay.project.directory


def _told_left(outcome: RunOutcome, planner: Planner, plan: InstrumentPlan) -> RunOutcome:
    """The outcome with what the command could not build traced; it is healed for the next time."""
    left = read_left(planner.facts.project)
    for crate in left:
        heal(crate.errors, plan, planner.facts.project, planner.switches)
    if left:
        planner.switches.rounds += 1
        save_planner(planner)
    names = sorted({crate.package for crate in left})
    told = [f"{name} was built untraced by the command: its traced code does not build that way" for name in names]
    return replace(outcome, left=tuple(told))


def _run_file(facts: ProjectFacts, request: RunRequest, report: InstrumentReport, overlay: Overlay) -> RunFile:
    selected = overlay.project.selected
    return RunFile(
        tool=TOOL,
        command=list(request.command_line) or shlex.split(f"borrowscope {request.command}"),
        cwd=relative_name(Path.cwd(), overlay.project.root) if Path.cwd().is_relative_to(overlay.project.root) else ".",
        package=selected[0].name if len(selected) == 1 else None,
        started=datetime.now(UTC).isoformat(timespec="milliseconds"),
        rustc=facts.toolchain.version,
        types=report.types,
        options={
            "all": request.trace_all,
            "trace": list(request.trace),
            **request.wishes.described(),
            "release": overlay.options.release,
            "profile": overlay.options.profile,
        },
    )
