"""The flags that make rustc tell types, and whether a compiler takes them and prints what we can read.

In: our directory and a toolchain. Out: nothing where types can be had; `TypesRefusedError` otherwise. Asked once for
each compiler: the answer is kept for all projects.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from borrowscope.analyzer.compiler import read_dump
from borrowscope.build.directories import write_atomically
from borrowscope.build.process import ask
from borrowscope.build.tool_cache import tool_directory
from borrowscope.build.toolchain import Toolchain
from borrowscope.errors import TypesRefusedError
from borrowscope.tables.tool import VERSION

DUMP_FLAGS = (
    "-Zdump-mir=built",
    "-Zdump-mir-exclude-alloc-bytes",
    "-Zmir-include-spans=on",
    "-Ztrim-diagnostic-paths=no",
    "-Zallow-features=",
)
_PROBE = "pub fn probe(given: &[u8]) -> Option<u8> { let known = given.first().copied(); known }\n"
_EXPECTED = {"given": "&[u8]", "known": "std::option::Option<u8>"}
_UNDERSTOOD = b"understood\n"


def require_dumps(own: Path, toolchain: Toolchain) -> None:
    """Return if the compiler takes the flags and its dumps can be read; raise `TypesRefusedError` otherwise."""
    text = "\0".join((toolchain.rustc, toolchain.verbose_version, *DUMP_FLAGS, VERSION))
    kept = tool_directory(own) / f"dumps-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    if kept.is_file() and kept.read_bytes() == _UNDERSTOOD:
        return
    reason = _refusal(kept.parent, toolchain)
    if reason is not None:
        raise TypesRefusedError(f"{toolchain.version} {reason}", hint="rustc 1.95 and newer tell types")
    write_atomically(kept, _UNDERSTOOD)


def _refusal(directory: Path, toolchain: Toolchain) -> str | None:
    """Why types cannot be had, as the end of a sentence that starts with the compiler's name; None where they can."""
    place = Path(tempfile.mkdtemp(prefix=".probe-", dir=directory)).resolve()
    try:
        source = place / "probe.rs"
        source.write_text(_PROBE, encoding="utf-8")
        dump = place / "dump"
        flags = ["--crate-name=probe", "--crate-type=lib", "--emit=metadata", *DUMP_FLAGS, f"-Zdump-mir-dir={dump}"]
        environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
        done = ask([toolchain.rustc, *flags, "--out-dir", place, source], place, environment)
        if not done.is_success:
            return "refuses the flags that make it tell types"
        facts = read_dump(dump, place).get(str(source))
        told = {binding.name: binding.ty for binding in facts.bindings.values()} if facts else {}
        return None if told == _EXPECTED else "tells types in a form that is not known"
    finally:
        shutil.rmtree(place, ignore_errors=True)
