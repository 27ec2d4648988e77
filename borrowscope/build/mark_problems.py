"""What is wrong with the marks of a crate, all of it at once, as rustc would say it.

In: files with the problems of their marks, or a project whose files are read. Out: nothing, or a `UsageError` that
shows each at its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from borrowscope.build.type_check import TargetChoice
from borrowscope.errors import UsageError
from borrowscope.parse.modules import crate_files
from borrowscope.project.model import Project, Target
from borrowscope.rewrite.file import read_marks
from borrowscope.rewrite.mark_options import Problem
from borrowscope.text.span import LineIndex

_NAMED = {"--bin": "bin", "--example": "example", "--test": "test", "--bench": "bench"}
_BUILT = {
    TargetChoice.DEFAULT: frozenset({"bin"}),
    TargetChoice.TESTS: frozenset({"bin", "example", "test"}),
    TargetChoice.ALL: frozenset({"bin", "example", "test", "bench"}),
}


def check_project_marks(project: Project, choice: TargetChoice, selection: tuple[str, ...] = ()) -> None:
    """Raise `UsageError` for what is wrong with marks, before anything is built.

    Looked at are the targets that will be built as far as the command's words tell: libraries, what is selected.
    """
    seen: set[Path] = set()
    problems = []
    for target in _targets(project, choice, selection):
        for file in crate_files(target.src_path, target.crate_name):
            if file.path not in seen and file.source is not None:
                seen.add(file.path)
                problems.append((_shown(file.path, project), file.source, read_marks(file.source).problems))
    check_marks(problems)


def _targets(project: Project, choice: TargetChoice, selection: tuple[str, ...]) -> Iterator[Target]:
    chosen = {package.name for package in project.selected}
    for package in project.traced:
        for target in package.traceable_targets:
            is_chosen = package.name in chosen and _is_chosen(target, choice, selection)
            if target.is_library or is_chosen:
                yield target


def _is_chosen(target: Target, choice: TargetChoice, selection: tuple[str, ...]) -> bool:
    if choice is not TargetChoice.GIVEN:
        return target.kind in _BUILT[choice]
    words = " ".join(selection).replace("=", " ").split(" ")
    named = {(_NAMED.get(flag), name) for flag, name in pairwise(words)}
    return (target.kind, target.name) in named


def _shown(path: Path, project: Project) -> str:
    return path.relative_to(project.root).as_posix() if path.is_relative_to(project.root) else path.as_posix()


def check_marks(files: Iterable[tuple[str, bytes, list[Problem]]]) -> None:
    """Raise `UsageError` where a file (its name, its text) has marks that cannot be understood or obeyed."""
    shown = [
        show_problem(name, source, problem)
        for name, source, problems in files
        for problem in sorted(problems, key=lambda one: one.span)
    ]
    if shown:
        raise UsageError("\n\nerror: ".join(shown) + "\n")


def show_problem(name: str, source: bytes, problem: Problem) -> str:
    """One problem in rustc's form: the message, the place, the line with carets below, and a remedy."""
    lines = LineIndex(source)
    place = lines.position(problem.span.start)
    start = lines.offset(place.line, 1)
    end = source.find(b"\n", start)
    line = source[start : end if end >= 0 else len(source)].decode("utf-8", "replace").rstrip("\r")
    marked = source[problem.span.start : problem.span.end].decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    number = str(place.line)
    gap = " " * len(number)
    before = "".join(char if char == "\t" else " " for char in line[: place.column - 1])
    return "\n".join(
        (
            problem.message,
            f"{gap}--> {name}:{place.line}:{place.column}",
            f"{gap} |",
            f"{number} | {line}",
            f"{gap} | {before}{'^' * max(1, len(marked))}",
            f"{gap} |",
            f"{gap} = help: {problem.help}",
        )
    )
