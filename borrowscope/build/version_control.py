"""Asks git what a tree was: where its repository begins, and what has changed since a revision.

In: a folder, a revision. Out: paths and texts. Errors: `UsageError` where there is no repository or no such revision.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from borrowscope.build.process import Finished, ask
from borrowscope.errors import ToolMissingError, UsageError

_PLACES: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")  # hooks get them, seen from the folder they start in
# whatever the user's settings are: lines as they are, names as everywhere, files that git takes for binary, too
_DIFF: Final = (
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--unified=0",
    "--find-renames",
    "--text",
    "--submodule=diff",
)
_RUST: Final = "*.rs"
_HERE: Final = frozenset({"HEAD", "@"})  # before the first commit: nothing, so that all is new


@dataclass(slots=True)
class ChangesSince:
    """The change of the Rust files as a diff, and the files that git does not know; names are the repository's."""

    diff: str
    unknown: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def find_repository(folder: Path) -> Path | None:
    """The root of the repository around the folder; None where there is none.

    Without git, and where git refuses to look into what another user owns (as in containers of CI), it is the nearest
    folder that holds `.git`.
    """
    try:
        answer = _asked_for_root(folder)
    except ToolMissingError:
        answer = None
    if answer is not None and answer.is_success:
        return Path(_text(answer.stdout).rstrip("\n"))
    whole = folder.resolve()
    return next((place for place in (whole, *whole.parents) if (place / ".git").exists()), None)


def _asked_for_root(folder: Path) -> Finished:
    return _git(folder, "rev-parse", "--show-toplevel")


def changes_since(folder: Path, revision: str) -> ChangesSince:
    """The change from where the tree left the revision to the tree as it is now, uncommitted changes included."""
    answer = _asked_for_root(folder)
    if not answer.is_success:
        if find_repository(folder) is None:
            raise UsageError(f"{folder} is in no git repository", hint="--in-diff takes a diff from elsewhere")
        refusal = [line.strip() for line in _text(answer.stderr).splitlines() if line.strip()]
        hint = " ".join(refusal[1:]) or None
        raise UsageError(f"git does not look into {folder}: {' '.join(refusal[:1])}", hint=hint)
    repository = Path(_text(answer.stdout).rstrip("\n"))
    if revision.startswith("-") or not revision:
        raise UsageError(f"`{revision}` is no revision")
    if not _is_commit(repository, revision):
        if revision not in _HERE:
            raise UsageError(f"git knows no revision `{revision}`", hint="in CI, fetch the history: `fetch-depth: 0`")
        revision = _text(_git(repository, "hash-object", "-t", "tree", os.devnull).stdout).strip()  # the empty tree
    base = _git(repository, "merge-base", revision, "HEAD")
    start = _text(base.stdout).strip() if base.is_success else revision
    modules = _submodules(repository)
    told = _git(repository, "-c", "core.quotePath=false", "diff", *_DIFF, start, "--", _RUST, *modules)
    if not told.is_success:
        said = _text(told.stderr).strip()
        raise UsageError(f"git does not tell what has changed since {revision}", hint=said or None)
    found = ChangesSince(_text(told.stdout), list(_unknown(repository, modules)))
    if not base.is_success and _is_commit(repository, "HEAD"):
        found.notes.append(f"`{revision}` and HEAD have no common commit here: all that differs counts as changed")
    return found


def _is_commit(repository: Path, revision: str) -> bool:
    return _git(repository, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").is_success


def _unknown(repository: Path, modules: Sequence[str]) -> Iterator[str]:
    """Files that nobody added yet, those in submodules included."""
    for module in ("", *modules):
        if module and not (repository / module / ".git").exists():
            continue
        words = ("ls-files", "-z", "--others", "--exclude-standard", "--", _RUST)
        answer = _git(repository / module, *words, is_inner=bool(module))
        prefix = f"{module}/" if module else ""
        yield from (f"{prefix}{name}" for name in _text(answer.stdout).split("\0") if name and answer.is_success)


def _submodules(repository: Path) -> list[str]:
    if not (repository / ".gitmodules").is_file():
        return []
    answer = _git(repository, "config", "-z", "--file", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$")
    return [entry.partition("\n")[2] for entry in _text(answer.stdout).split("\0") if "\n" in entry]


def _git(folder: Path, *words: str, is_inner: bool = False) -> Finished:
    """Ask git in a folder; an inner repository is asked about itself, whatever the environment names."""
    environment = {name: value for name, value in os.environ.items() if name not in _PLACES}
    if not is_inner and "GIT_DIR" in os.environ:
        environment["GIT_WORK_TREE"] = str(Path.cwd())  # as git has it where nobody says another
    if not is_inner:
        environment |= {name: str(Path(os.environ[name]).absolute()) for name in _PLACES if name in os.environ}
    return ask(["git", *words], folder, environment)


def _text(output: bytes) -> str:
    return output.decode("utf-8", "replace")
