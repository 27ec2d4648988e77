"""Writes the runtime crate `borrowscope-runtime` from the templates and the tables.

In: where to, and what is built in (the file that names the running recording, or the sites). Out: a cargo crate.
"""

from __future__ import annotations

import shutil
import tempfile
from importlib import resources
from pathlib import Path

from borrowscope.runtime.constants import format_module

CRATE = "borrowscope-runtime"

_CONFIG = """//! What was fixed when this crate was generated.

/// File whose first line is the folder of the recording that is going on; without it nothing is recorded.
pub(crate) const ACTIVE_FILE: Option<&str> = {active_file};

/// Folder of this crate: where no such file is named, recordings are made in `recordings` beside it.
pub(crate) const HOME: Option<&str> = {home};

/// The sites of the instrumented copy, written into each of its recordings.
pub(crate) const SITES: Option<&str> = {sites};
"""


def runtime_files(*, active_file: Path | None, sites_json: str | None) -> dict[str, str]:
    """The files of the crate by path relative to its folder, `/` between the parts; the same input, the same text."""
    files = dict(_templates())
    files["src/format.rs"] = format_module()
    files["src/config.rs"] = _CONFIG.format(
        active_file=f"Some({_literal(str(active_file))})" if active_file else "None",
        home="None" if active_file else 'option_env!("CARGO_MANIFEST_DIR")',
        sites='Some(include_str!("sites.json"))' if sites_json is not None else "None",
    )
    if sites_json is not None:
        files["src/sites.json"] = sites_json
    return dict(sorted(files.items()))


def write_runtime(out: Path, *, active_file: Path | None, sites_json: str | None) -> None:
    """Write the complete crate to the folder `out`, which is replaced as a whole.

    Args:
        out: folder of the crate; its parent is created.
        active_file: file whose first line names the recording's folder at run time; None for a copy, which records
            into `recordings/` beside the crate.
        sites_json: content of `sites.json`, which the program then writes into its recordings.

    Raises:
        OSError: the folder cannot be written.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        for name, text in runtime_files(active_file=active_file, sites_json=sites_json).items():
            path = staging / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        staging.chmod(0o755)
        _replace(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _replace(staging: Path, out: Path) -> None:
    if out.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
        try:
            out.replace(old / "crate")
            staging.replace(out)
        finally:
            shutil.rmtree(old, ignore_errors=True)
    else:
        staging.replace(out)


def _templates() -> list[tuple[str, str]]:
    root = resources.files("borrowscope.runtime") / "template"
    files = [(name, (root / name).read_text(encoding="utf-8")) for name in ("Cargo.toml", "rustfmt.toml")]
    sources = [
        (f"{folder}/{entry.name}", entry.read_text(encoding="utf-8"))
        for folder in ("src", "src/site")
        for entry in (root / folder).iterdir()
        if entry.name.endswith(".rs")
    ]
    return files + sources


def _literal(text: str) -> str:
    """A Rust string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in escaped) + '"'
