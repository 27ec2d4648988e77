"""The command line: `borrowscope ...`, `cargo borrowscope ...` and `python -m borrowscope ...` are the same program.

In: the arguments. Out: the exit code. The one place that turns errors into lines and codes (README, "Exit codes").
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from functools import cache, wraps
from importlib import import_module
from typing import Annotated, Any

import typer
from typer import exceptions
from typer._completion_classes import completion_init

from borrowscope.cli import terminal
from borrowscope.cli.command import Command, Invocation
from borrowscope.errors import BorrowScopeError, ExitCode
from borrowscope.tables.tool import GRAMMAR, TOOL
from borrowscope.text.collector import collector_paused

MODULES: dict[str, str] = {
    "run": "run",
    "test": "test",
    "exec": "exec_",
    "analyze": "analyze",
    "check": "check",
    "report": "report",
    "show": "show",
    "export": "export",
    "instrument": "instrument",
    "init": "init",
    "runtime": "runtime",
    "doctor": "doctor",
    "explain": "explain",
    "schema": "schema",
    "clean": "clean",
    "completions": "completions",
}  # the commands, in the order in which help shows them, and their modules

COMPLETION = "_BORROWSCOPE_COMPLETE"
_VERSION = ("--version", "-V")


def _show_version(wanted: bool) -> None:
    if wanted:
        terminal.write(f"{TOOL} ({GRAMMAR})")
        raise typer.Exit


def _everything(
    version: Annotated[
        bool,
        typer.Option(*_VERSION, metavar="", callback=_show_version, is_eager=True, help="Print the version and end"),
    ] = False,
) -> None:
    """Take the flags that stand before a command."""


@cache
def command_of(name: str) -> Command:
    """The command that has this name; the others' modules are not loaded."""
    command = import_module(f"borrowscope.cli.commands.{MODULES[name]}").COMMAND
    assert isinstance(command, Command)
    return command


def all_commands() -> tuple[Command, ...]:
    """Every command, in the order in which help shows them."""
    return tuple(command_of(name) for name in MODULES)


def program_of(commands: Iterable[Command]) -> typer.Typer:
    """The command line with these commands."""
    app = typer.Typer(
        name="borrowscope",
        help="Shows what ownership does in a Rust program while it runs: on stable Rust, without edits.",
        epilog="First steps:\n\n  borrowscope run hello.rs\n\n  borrowscope report\n\n  borrowscope show main",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_everything)
    for command in commands:
        _register(app, command)
    return app


def _register(app: typer.Typer, command: Command) -> None:
    settings = {"ignore_unknown_options": True, "allow_extra_args": True} if command.passes_on else {}
    lines = (f"  {_as_text(example.line)}   [dim]{_as_text(example.says)}[/dim]" for example in command.examples)
    app.command(
        command.name,
        rich_help_panel=command.panel,
        epilog="\n\n".join(("Examples:", *lines)),
        context_settings=settings,
    )(_interruptible(command.function))


def _as_text(words: str) -> str:
    """Words in which brackets are no markup."""
    return words.replace("[", r"\[")


def _interruptible(function: Callable[..., Any]) -> Callable[..., int]:
    """Tell of Ctrl-C while the command works: typer would end with 130 and say nothing."""

    @wraps(function)
    def run(*arguments: object, **named: object) -> int:
        try:
            return int(function(*arguments, **named) or ExitCode.OK)
        except KeyboardInterrupt:
            terminal.complain("interrupted")
            return ExitCode.INTERRUPTED

    return run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; never raises, never shows a traceback unless asked to."""
    terminal.prepare()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["borrowscope"]:  # cargo hands its subcommand's name on
        del words[0]
    try:
        status = _dispatch(words)
        terminal.flush()
    except terminal.ClosedOutputError:
        terminal.abandon_stdout()
        return ExitCode.OK
    except BrokenPipeError:
        terminal.abandon_stdout()
        return ExitCode.OK
    except KeyboardInterrupt:
        terminal.complain("interrupted")
        return ExitCode.INTERRUPTED
    except BorrowScopeError as error:
        terminal.complain(error.message, error.hint)
        return error.exit_code
    except exceptions.TyperException as error:
        return _complain_about_usage(error)
    except Exception as error:  # noqa: BLE001 - a bug of ours must not look like the user's fault
        return _confess(error)
    return status


def _dispatch(words: list[str]) -> int:
    if COMPLETION in os.environ:  # a shell asks what could stand here
        completion_init()
    with collector_paused():  # all that is loaded stays
        commands = _commands_for(words)
    named = commands[0] if len(commands) == 1 else None
    program: tuple[str, ...] = ()
    if named is not None and named.passes_on and "--" in words:
        at = words.index("--")
        program = tuple(words[at + 1 :])
        words = words[:at]
    app = program_of(commands)
    try:
        result = app(args=words, prog_name="borrowscope", standalone_mode=False, obj=Invocation(program))
    except SystemExit as leaving:  # typer ends itself where our stdout has gone
        if isinstance(leaving.__context__, OSError):
            raise terminal.ClosedOutputError from leaving
        raise
    return result if isinstance(result, int) else ExitCode.OK


def _commands_for(words: Sequence[str]) -> tuple[Command, ...]:
    """The commands that may be meant: loading all of them takes longer than most of them work."""
    if COMPLETION in os.environ or not words:
        return all_commands()
    if words[0] in _VERSION:
        return ()
    return (command_of(words[0]),) if words[0] in MODULES else all_commands()


def _complain_about_usage(error: exceptions.TyperException) -> int:
    text = str(error) or "this command line cannot be understood"
    describe = getattr(error, "format_message", None)
    if describe:
        text = describe()
    context = getattr(error, "ctx", None)
    if not text.strip():  # only a name was typed: the help has been shown
        return ExitCode.USAGE
    words = " ".join(text.split())
    place = context.command_path if context else "borrowscope"
    terminal.complain(words[0].lower() + words[1:].rstrip("."), f"see: {place} --help")
    return ExitCode.USAGE


def _confess(error: Exception) -> int:
    said = " ".join(str(error).split()) or "no message"
    terminal.complain(
        f"internal error: {type(error).__name__}: {said}",
        "this is a bug of borrowscope; BORROWSCOPE_DEBUG=1 shows where",
    )
    if os.environ.get("BORROWSCOPE_DEBUG"):
        terminal.note("".join(traceback.format_exception(error)))
    return ExitCode.INTERNAL
