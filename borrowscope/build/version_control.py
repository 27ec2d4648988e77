"""Asks git what a tree was: where its repository begins, and what has changed since a revision.

In: a folder, a revision. Out: paths and texts. Errors: `UsageError` where there is no repository or no such revision.
"""

from __future__ import annotations

from pathlib import Path

from borrowscope.build.process import ask
from borrowscope.errors import ToolMissingError, UsageError


def find_repository(folder: Path) -> Path | None:
    """The root of the repository around the folder; None where there is none, or no git."""
    try:
        answer = ask(["git", "rev-parse", "--show-toplevel"], folder)
    except ToolMissingError:
        return None
    return Path(answer.stdout.decode().rstrip("\n")) if answer.is_success else None


def diff_since(folder: Path, revision: str) -> tuple[str, list[str]]:
    """The change of the Rust files from the revision to the tree as it is now, and the files that git does not know.

    Paths are relative to the repository's root.
    """
    repository = find_repository(folder)
    if repository is None:
        raise UsageError(f"{folder} is in no git repository", hint="--in-diff takes a diff from elsewhere")
    if revision.startswith("-"):
        raise UsageError(f"`{revision}` is no revision")
    plain = ["--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--unified=0"]
    known = ask(["git", "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"], repository)
    if not known.is_success:
        raise UsageError(f"git knows no revision `{revision}`", hint="in CI, fetch the history: `fetch-depth: 0`")
    diff = ask(["git", "-c", "core.quotePath=false", "diff", *plain, revision, "--", "*.rs"], repository)
    others = ask(["git", "ls-files", "-z", "--others", "--exclude-standard", "--", "*.rs"], repository)
    if not (diff.is_success and others.is_success):
        said = (diff.stderr or others.stderr).decode("utf-8", "replace").strip()
        raise UsageError(f"git does not tell what has changed since {revision}", hint=said or None)
    names = others.stdout.decode("utf-8", "replace").split("\0")
    return diff.stdout.decode("utf-8", "replace"), [name for name in names if name]
