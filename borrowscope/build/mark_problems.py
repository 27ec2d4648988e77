"""What is wrong with the marks of a crate, all of it at once, as rustc would say it.

In: files with the problems of their marks. Out: nothing, or a `UsageError` that shows each at its place.
"""

from __future__ import annotations

from collections.abc import Iterable

from borrowscope.errors import UsageError
from borrowscope.rewrite.mark_options import Problem
from borrowscope.text.span import LineIndex


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
