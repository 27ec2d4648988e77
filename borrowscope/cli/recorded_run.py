"""`run`, `test` and `exec`, what they have in common: take words apart, record, tell how it went.

In: the words and flags of the command line. Out: the exit code; the summary on stderr or in a file. The program keeps
stdin, stdout and the terminal to itself.
"""

from __future__ import annotations

import signal
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer

from borrowscope.build.exec_command import name_toolchain, read_command, require_program
from borrowscope.build.overlay import EXEC, RUN
from borrowscope.build.run import RunOutcome, RunRequest, run_project
from borrowscope.cli import terminal
from borrowscope.cli.command import Invocation, command_line
from borrowscope.cli.failures import raise_failure
from borrowscope.cli.output import deliver
from borrowscope.cli.passed_flags import check_passed_flags
from borrowscope.cli.progress import Progress
from borrowscope.cli.session import Session, open_session
from borrowscope.cli.tidying import tidy
from borrowscope.cli.wishes import WishFlags, trace_options
from borrowscope.errors import BorrowScopeError, ExitCode, UsageError
from borrowscope.project.options import CargoOptions
from borrowscope.report.coverage import coverage_lines, coverage_of
from borrowscope.tables.recording_files import InstrumentReport
from borrowscope.tables.stream_format import HEADER_SIZE, STOP_TEXTS, Stop

LARGEST_SUMMED_UP = 512_000_000  # bytes of streams; a larger recording is summed up when `report` is asked


@dataclass(frozen=True, slots=True)
class RecordFlags:
    """The flags that say where a recording goes and how far it goes."""

    output: Path | None
    summary: Path | None
    max_bytes: int | None
    timeout: float | None


@dataclass(frozen=True, slots=True)
class OwnFlags:
    """The flags of `run`, `test` and `exec` that are not cargo's, as given."""

    record: RecordFlags
    trace_all: bool
    trace: tuple[str, ...]
    wishes: WishFlags
    edition: str | None
    settings: Path | None
    no_settings: bool


def record_command(
    context: typer.Context, command: str, words: list[str] | None, cargo: CargoOptions, own: OwnFlags
) -> int:
    """Do `run` or `test`. Further words are the program's arguments for `run`, names of tests for `test`."""
    path, rest, cargo = split_words(words, cargo)
    program = (context.find_object(Invocation) or Invocation()).program_arguments
    session = _session(path, cargo, own)
    request = replace(
        _request(command, session, own),
        program_arguments=(*rest, *program) if command == RUN else program,
        test_filter=() if command == RUN else tuple(rest),
    )
    return record(session, request)


def exec_command(context: typer.Context, words: list[str] | None, cargo: CargoOptions, own: OwnFlags) -> int:
    """Do `exec`: the command stands after `--`."""
    path, rest, cargo = split_words(words, cargo)
    command = (context.find_object(Invocation) or Invocation()).program_arguments
    unknown = [*rest, *cargo.extra]
    if not command or unknown:
        said = f"unexpected `{unknown[0]}`" if unknown else "there is no command"
        raise UsageError(f"{said}: it stands after --", hint="for example: borrowscope exec . -- cargo nextest run")
    require_program(command)
    found = read_command(command, cargo)
    name_toolchain(found)
    session = _session(path, found.options, own)
    return record(session, replace(_request(EXEC, session, own), exec=found))


def _session(path: Path, cargo: CargoOptions, own: OwnFlags) -> Session:
    flags = {
        "all": own.trace_all,
        "trace": own.trace,
        **own.wishes.settings(),
        "edition": own.edition,
        "max_bytes": own.record.max_bytes,
        "timeout": own.record.timeout,
        "summary": str(own.record.summary) if own.record.summary else None,
    }
    return open_session(path, cargo, flags, own.settings, no_settings=own.no_settings)


def _request(command: str, session: Session, own: OwnFlags) -> RunRequest:
    return RunRequest(
        command=command,
        output=own.record.output,
        trace_all=session.settings.all,
        trace=session.settings.trace,
        wishes=trace_options(session.settings),
        max_bytes=session.settings.max_bytes,
        timeout=session.settings.timeout,
        command_line=command_line(),
    )


def split_words(words: list[str] | None, cargo: CargoOptions) -> tuple[Path, list[str], CargoOptions]:
    """PATH, the other words, and cargo's options with the flags among the words that only cargo knows."""
    unknown = [word for word in words or [] if word.startswith("-")]
    plain = [word for word in words or [] if not word.startswith("-")]
    path = Path(plain.pop(0)) if plain else Path()
    return path, plain, replace(cargo, extra=(*cargo.extra, *unknown))


def record(session: Session, request: RunRequest) -> int:
    """Run the request and tell what came of it."""
    wanted = session.settings.summary
    if wanted and not Path(wanted).absolute().parent.is_dir():
        raise UsageError(f"cannot write {wanted}: there is no such folder", hint="name another file with --summary")
    check_passed_flags(session.project, request.command, session.cargo.extra)
    progress = Progress(verbose=session.cargo.verbose, quiet=session.cargo.quiet)
    outcome = run_project(
        session.project, session.cargo, request, note=terminal.note, describe=describe_stream, phase=progress
    )
    raise_failure(outcome.exit_code, outcome.failure)
    if outcome.recording is None:
        if outcome.exit_code == ExitCode.INTERRUPTED:
            terminal.complain("interrupted before the program was started")
        return outcome.exit_code
    _tell_ending(outcome, request.timeout)
    for line in outcome.left:
        terminal.warn(line)
    try:
        return _tell(session, request, outcome, outcome.recording, progress)
    finally:
        tidy(session)


def _tell(session: Session, request: RunRequest, outcome: RunOutcome, recording: Path, progress: Progress) -> int:
    wanted = session.settings.summary
    if session.cargo.quiet and not wanted:
        _tell_stops(outcome)
        terminal.note(f"recording: {_shown(recording)}")
        return _last_word(outcome)
    if not (request.trace_all or request.trace or outcome.has_marks):
        terminal.note("nothing is marked with #[trace_borrow]: every function was traced")
    if outcome.exit_code != ExitCode.NOTHING_RECORDED:
        progress("Reading the recording")
        _tell_summary(outcome, recording, wanted)
    else:
        _tell_coverage(outcome)
    return _last_word(outcome)


def _last_word(outcome: RunOutcome) -> int:
    if outcome.exit_code == ExitCode.NOTHING_RECORDED:
        terminal.complain(*_nothing_recorded(outcome.report))
    return outcome.exit_code


def _nothing_recorded(report: InstrumentReport | None) -> tuple[str, str]:
    """What code 6 means here: nothing could be traced, or nothing that is traced was reached."""
    said = "the program succeeded but nothing was recorded"
    why = "the recording's instrument-report.json says why, one by one"
    if report is None or report.sites.get("kept"):
        return said, "did it reach a traced function?"
    functions = report.functions
    if not functions.total:
        return f"{said}: there is no function to trace", "is it the package that you mean? -p names another"
    if not functions.traced:
        reasons = Counter(str(skipped["reason"]) for skipped in functions.skipped)
        most = ", ".join(f"{reason} ({count})" for reason, count in reasons.most_common(3))
        return f"{said}: none of the {functions.total} functions is traced: {most}", why
    return f"{said}: the {functions.traced} traced functions hold nothing that can be observed", why


def describe_stream(path: Path) -> dict[str, Any]:
    """What run.json says of one stream; a large one is not read through for it."""
    from borrowscope.trace.header import decode_header  # noqa: PLC0415 - the reader takes numpy, which is slow to load
    from borrowscope.trace.stream import count_events  # noqa: PLC0415

    size = path.stat().st_size
    try:
        if size > LARGEST_SUMMED_UP:
            with path.open("rb") as file:
                header = decode_header(file.read(HEADER_SIZE), path.name)
            events = None
        else:
            with path.open("rb") as file:
                header, events = count_events(file, path.name)
    except BorrowScopeError as error:
        return {"events": 0, "stopped": error.message}
    return {
        "executable": header.executable,
        "events": events,
        "truncated": header.used is not None and size < header.used,
        "stopped": _stop_reason(header.stopped),
    }


def _stop_reason(number: int | None) -> str | None:
    if number is None or number == Stop.NONE:
        return None
    return Stop(number).name.lower() if number in set(Stop) else f"reason {number}"


def _tell_ending(outcome: RunOutcome, timeout: float | None) -> None:
    program = outcome.program
    if program is None or program.is_success:
        return
    if program.timed_out:
        terminal.complain(f"the program was ended after {timeout:g} seconds (--timeout)")
        return
    if program.signal:
        terminal.note(f"the program was ended by signal {program.signal} ({signal.Signals(program.signal).name})")
    elif program.code:
        terminal.note(f"the program ended with exit status {program.code}")


def _tell_stops(outcome: RunOutcome) -> None:
    """Where no summary does it: why the recording holds less than the run."""
    for reason in outcome.stops:
        text = STOP_TEXTS[Stop[reason.upper()]] if reason.upper() in Stop.__members__ else reason
        terminal.warn(f"the recording stopped before the program ended: {text}")


def _tell_summary(outcome: RunOutcome, recording: Path, wanted: str | None) -> None:
    from borrowscope.report.answer import answer  # noqa: PLC0415
    from borrowscope.report.render import render  # noqa: PLC0415 - it takes numpy, which is slow to load
    from borrowscope.report.summary import summarize  # noqa: PLC0415
    from borrowscope.trace.recording import load_recording  # noqa: PLC0415

    size = sum(stream.stat().st_size for stream in recording.glob("*.bsstream"))
    if size > LARGEST_SUMMED_UP and not wanted:
        _tell_stops(outcome)
        _tell_coverage(outcome)
        terminal.note(f"recorded {size / 1e6:,.0f} MB; `borrowscope report {_shown(recording)}` sums it up")
        return
    try:
        summary = summarize(load_recording(recording))
    except BorrowScopeError as error:
        terminal.warn(f"the recording cannot be summed up: {error.message}")
        return
    if wanted:
        is_json = Path(wanted).suffix == ".json"
        deliver(answer(summary).model_dump_json(indent=2) if is_json else render(summary), Path(wanted))
        terminal.note(f"recording: {_shown(recording)}, summary: {wanted}")
        return
    terminal.note("\n" + render(summary, unicode=terminal.has_unicode()))
    terminal.note(f"recording: {_shown(recording)}")


def _tell_coverage(outcome: RunOutcome) -> None:
    """Where no summary does it: how much of the program is traced."""
    if outcome.report is not None:
        terminal.note("\n".join(["What was traced", *coverage_lines(coverage_of(outcome.report))]))


def _shown(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
