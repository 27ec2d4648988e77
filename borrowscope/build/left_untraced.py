"""Crates that an `exec` found no way to build traced: the wrapper builds them untouched, and what they said is kept.

In: our directory. Out: the wrapper's values for it; the compiler's errors, as those of a build, for healing. What a
command builds with flags that nobody could foresee is not built beforehand, and must not fail for us either.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from borrowscope.build.cargo_output import Diagnostic, read_errors
from borrowscope.build.directories import prepare_directory, write_if_changed
from borrowscope.build.unmarked import unmarked_mirror
from borrowscope.project.model import Project

_COUNT = "left-untraced"


@dataclass(frozen=True, slots=True)
class LeftCrate:
    """One crate that was built untouched: its root, its package, the errors of the rewritten one."""

    root: Path
    package: str
    errors: tuple[Diagnostic, ...]


def allow_untouched(project: Project, wrapper: Path) -> None:
    """From now on the wrapper builds a crate untouched where it does not build traced.

    Its plan is told where to say why, and where the crate's text without marks is; the next build writes the plan anew.
    """
    told = prepare_directory(project.own_dir) / "exec" / "left"
    shutil.rmtree(told, ignore_errors=True)
    told.mkdir(parents=True)
    unmarked = unmarked_mirror(project, project.own_dir / "untouched-mirror")
    values = {"left": told, **({"unmarked": unmarked.root} if unmarked else {})}
    with (wrapper.parent / "plan").open("a", encoding="utf-8") as plan:
        plan.writelines(f"{key}\t{value}\n" for key, value in values.items())


def left_count(own: Path) -> int:
    """How many commands have left a crate untraced: the next one must not find their builds fresh."""
    try:
        return int((own / "exec" / _COUNT).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def read_left(project: Project) -> list[LeftCrate]:
    """The crates that the last command left untraced."""
    found = []
    for path in sorted((project.own_dir / "exec" / "left").glob("*.left")):
        head, _, messages = path.read_bytes().partition(b"\n")
        root = Path(head.decode("utf-8", "surrogateescape"))
        package = next(
            (each for each in project.packages if any(target.src_path == root for target in each.targets)), None
        )
        if package is not None:
            found.append(LeftCrate(root, package.name, tuple(_errors(messages, root, package.id))))
    if found:
        write_if_changed(project.own_dir / "exec" / _COUNT, str(left_count(project.own_dir) + 1).encode())
    return found


def _errors(messages: bytes, root: Path, package_id: str) -> list[Diagnostic]:
    """The compiler's lines in the form in which cargo hands them on."""
    lines = []
    for line in messages.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue
        target = {"src_path": str(root), "kind": ["lib"], "name": ""}
        told = {"reason": "compiler-message", "package_id": package_id, "target": target, "message": message}
        lines.append(json.dumps(told).encode())
    return read_errors(b"\n".join(lines))
