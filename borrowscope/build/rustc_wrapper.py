"""Compiles the rustc wrapper once, and puts it beside the plan that it reads.

In: our directory, a compiler, a plan. Out: the path of a wrapper for `build.rustc-workspace-wrapper`. The path carries
a hash of all that decides what it does to a crate, so that cargo rebuilds when that changes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from borrowscope.build.directories import write_if_changed
from borrowscope.build.process import ask
from borrowscope.build.tool_cache import tool_directory
from borrowscope.build.toolchain import Toolchain
from borrowscope.errors import InternalError
from borrowscope.project.model import Package, Project

PROGRAM = "borrowscope-rustc-wrapper"


def place_wrapper(
    own: Path,
    toolchain: Toolchain,
    lane: str,
    values: Mapping[str, str],
    packages: Iterable[Package],
    *,
    variant: str = "",
    linked: Iterable[Path] = (),
) -> Path:
    """A wrapper with its plan: `values` and the roots of all targets that may be traced.

    `linked` are libraries of the runtime that cargo has built.
    `lane` and `variant` go into the path: crates that are built by different wrappers lie side by side.
    """
    source = files("borrowscope.build.wrapper").joinpath("wrapper.rs").read_bytes()
    key = hashlib.sha256(source + variant.encode()).hexdigest()[:16]
    directory = own / "wrapper" / f"{lane}-{key}"
    program = directory / PROGRAM
    if not program.exists():
        compiled = _compiled(own, toolchain, source)
        directory.mkdir(parents=True, exist_ok=True)
        part = directory / f".{PROGRAM}.{os.getpid()}"
        shutil.copy2(compiled, part)
        part.replace(program)
    write_if_changed(directory / "plan", _plan_text(values, packages, linked).encode())
    return program


def wrapper_argument(program: Path, key: str = "rustc-workspace-wrapper") -> list[str]:
    """The cargo arguments that put the wrapper in force."""
    return ["--config", f"build.{key}={json.dumps(str(program), ensure_ascii=False)}"]


def target_arguments(project: Project, directory: Path) -> list[str]:
    """The cargo arguments that keep everything that is built in a directory of ours."""
    arguments = ["--target-dir", str(directory)]
    if project.has_build_dir:
        arguments += ["--config", f"build.build-dir={json.dumps(str(directory), ensure_ascii=False)}"]
    return arguments


def environment_without_wrapper(directory: Path | None = None) -> tuple[dict[str, str], str | None]:
    """The environment for cargo, and the user's own workspace wrapper if one is set aside (it would win over ours).

    With the directory where cargo runs, the wrapper that its configuration names there is told too: ours replaces it.
    """
    environment = dict(os.environ)
    set_aside = environment.pop("RUSTC_WORKSPACE_WRAPPER", None)
    return environment, set_aside or (_configured(directory, "rustc-workspace-wrapper") if directory else None)


def find_outer_wrapper(directory: Path) -> str | None:
    """The user's `RUSTC_WRAPPER`, by whatever way cargo learns of it: it stands around ours."""
    given = os.environ.get("RUSTC_WRAPPER")
    return given if given is not None else _configured(directory, "rustc-wrapper")


def _configured(directory: Path, key: str) -> str | None:
    """What cargo's configuration says of a key below `build`: its variable, else its nearest file."""
    variable = os.environ.get(f"CARGO_BUILD_{key.upper().replace('-', '_')}")
    return variable or next(filter(None, (_build_key(path, key) for path in config_files(directory))), None)


def config_files(directory: Path) -> list[Path]:
    """Where cargo, when it runs in a directory, looks for configuration: the nearest first."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    folders = [*(folder / ".cargo" for folder in (directory, *directory.parents)), home]
    return [folder / name for folder in folders for name in ("config", "config.toml")]


def _build_key(path: Path, key: str) -> str | None:
    try:
        build = tomllib.loads(path.read_text(encoding="utf-8")).get("build")
    except (OSError, ValueError):
        return None
    return str(build[key]) if isinstance(build, dict) and build.get(key) else None


def _plan_text(values: Mapping[str, str], packages: Iterable[Package], linked: Iterable[Path]) -> str:
    roots = {target.src_path for package in packages for target in package.traceable_targets}
    lines = [f"{key}\t{value}" for key, value in values.items()]
    lines += [f"root\t{root}" for root in sorted(roots)]
    return "\n".join([*lines, *(f"linked\t{path}" for path in linked), ""])


def _compiled(own: Path, toolchain: Toolchain, source: bytes) -> Path:
    """The wrapper's program, compiled at its first use by any project: unoptimized, as it only hands on."""
    key = hashlib.sha256(source + toolchain.verbose_version.encode()).hexdigest()[:16]
    program = tool_directory(own) / f"program-{key}"
    if program.exists():
        return program
    text = program.with_suffix(f".{os.getpid()}.rs")
    text.write_bytes(source)
    part = program.with_suffix(f".{os.getpid()}.part")
    flags = ["--edition=2021", "--crate-name=wrapper", "-Copt-level=0", "-Cstrip=symbols", "--cap-lints=allow"]
    done = ask([toolchain.rustc, *flags, "-o", part, text], own)
    text.unlink()
    if not done.is_success:
        raise InternalError(f"the rustc wrapper does not compile: {done.stderr.decode('utf-8', 'replace')}")
    part.replace(program)
    return program
