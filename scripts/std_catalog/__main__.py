"""Writes the catalog of the pinned toolchain: `scripts/catalog`. A new toolchain: change TOOLCHAIN, run, read the diff.

In: the `rust-docs` component (`rustup component add rust-docs`). Out: `facts.json` and `arch.json` in
`borrowscope/tables/std_catalog/`.
"""

from __future__ import annotations

from borrowscope.tables.std_catalog import ARCH, FACTS
from scripts.std_catalog.arch import build_arch
from scripts.std_catalog.build import build
from scripts.std_catalog.toolchain import TOOLCHAIN, find_documentation

root = find_documentation()
if root is None:
    raise SystemExit(f"no documentation: rustup component add rust-docs --toolchain {TOOLCHAIN}")
FACTS.write_text(build(root, TOOLCHAIN), encoding="utf-8")
ARCH.write_text(build_arch(root), encoding="utf-8")
