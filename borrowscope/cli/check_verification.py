"""`check --verify`: rustc is asked for every unsafe operation; the analysis is put right and the difference told.

In: a session, an analysis. Out: the analysis, changed; a table and each difference on stderr.
"""

from __future__ import annotations

from borrowscope.analyzer.analyze import Analysis
from borrowscope.build.directories import locked
from borrowscope.check.verification import Place, Score, told, told_place, verify
from borrowscope.cli import terminal
from borrowscope.cli.analysis import targets_of
from borrowscope.cli.session import Session
from borrowscope.errors import UsageError


def verified(session: Session, analysis: Analysis) -> bool:
    """Ask rustc and tell how far it agrees; False where Ctrl-C came."""
    from borrowscope.build.unsafety_check import ask_rustc  # noqa: PLC0415 - it takes all that builds

    project = session.project
    with locked(project.own_dir, lambda: terminal.note("waiting for another run of this project to end")):
        answer = ask_rustc(project, session.cargo, targets_of(session, None))
    if answer.interrupted:
        return False
    if answer.failures:
        raise UsageError(f"rustc cannot verify what does not compile: {answer.failures[0]}", hint="leave --verify out")
    score = verify(analysis, [told_place(one.file, one.start, one.end, one.message) for one in answer.places])
    for line in told(score):
        terminal.note(line)
    _tell_differences(analysis, score)
    return True


def _tell_differences(analysis: Analysis, score: Score) -> None:
    trees = {file.tree.text.relative: file.tree for file in analysis.files}
    for words, places in (("only rustc", score.missed), ("not rustc", score.wrong)):
        for one in places:
            tree = trees.get(one.file)
            terminal.note(f"{words}: {one.file}:{tree.lines.line_of(one.at) if tree else 1} {_text(one, tree)}")


def _text(one: Place, tree: object) -> str:
    source = getattr(getattr(tree, "text", None), "source", b"")
    return f"{one.label} {' '.join(source[one.start : one.end].decode('utf-8', 'replace').split())[:80]}"
