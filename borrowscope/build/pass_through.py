"""`init`: what makes a marked crate build without BorrowScope, written into the user's own tree.

In: a project whose manifest is a package's. Out: the files that were written; none where all is there already. Errors:
`UsageError` where the crate's folder is somebody else's.
"""

from __future__ import annotations

from pathlib import Path

from borrowscope.build.directories import write_if_changed
from borrowscope.build.manifest import edit_manifest, has_workspace_lints, with_dependency, with_known_cfg
from borrowscope.errors import UsageError
from borrowscope.project.model import Project

CRATE = "borrowscope_macro"
CFG = "cfg(borrowscope)"
_ORIGIN = "written by `borrowscope init`"

_FILES = {
    "Cargo.toml": f"""\
# The attribute `#[trace_borrow]` for builds without BorrowScope: {_ORIGIN}, to be committed.
[package]
name = "{CRATE}"
version = "0.1.0"
edition = "2018"
publish = false

[lib]
proc-macro = true
""",
    "src/lib.rs": f"""\
//! `#[trace_borrow]`, which changes nothing: BorrowScope reads it from the source and takes it out
//! before the crate is compiled. This crate is for builds without it; {_ORIGIN}.

extern crate proc_macro;

use proc_macro::TokenStream;

/// Marks what BorrowScope traces; the item stays as it is.
#[proc_macro_attribute]
pub fn trace_borrow(_arguments: TokenStream, item: TokenStream) -> TokenStream {{
    item
}}
""",
}


def init_crate(project: Project) -> list[Path]:
    """Write the pass-through crate, the dependency on it and the lint's entry."""
    if project.is_single_file or all(package.manifest != project.manifest for package in project.packages):
        what = "a single file" if project.is_single_file else "a workspace without a package of its own"
        raise UsageError(f"{project.manifest} is {what}: there is no manifest to edit", hint="name a package's folder")
    folder = project.manifest.parent / CRATE
    _check_folder(folder)
    texts = {folder / name: text.encode() for name, text in _FILES.items()}
    texts |= _manifests(project)
    return [path for path, text in texts.items() if _write(path, text)]


def _check_folder(folder: Path) -> None:
    manifest = folder / "Cargo.toml"
    is_ours = manifest.is_file() and _ORIGIN in manifest.read_text(encoding="utf-8", errors="replace")
    if folder.exists() and not is_ours and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there and not ours", hint="move it away; its place is taken by the attribute")


def _manifests(project: Project) -> dict[Path, bytes]:
    manifest, root = project.manifest, project.workspace_root / "Cargo.toml"
    text = manifest.read_text(encoding="utf-8")
    has_inherited = has_workspace_lints(text)
    own = [] if has_inherited else [with_known_cfg(CFG)]
    texts = {manifest: edit_manifest(text, manifest, with_dependency(CRATE, CRATE), *own)}
    if has_inherited:
        shared = texts.get(root) or root.read_text(encoding="utf-8")
        texts[root] = edit_manifest(shared, root, with_known_cfg(CFG, "workspace"))
    return {path: edited.encode() for path, edited in texts.items()}


def _write(path: Path, text: bytes) -> bool:
    """Write a file whose text differs; whether it did."""
    if path.is_file() and path.read_bytes() == text:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_if_changed(path, text)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    return True
