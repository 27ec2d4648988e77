"""`rewrite_str`: a small source, checked by the installed rustc and rewritten; `short` makes the text readable."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer.compiler import read_dump
from borrowscope.rewrite.file import rewrite_file
from borrowscope.rewrite.model import RewriteOptions, RewrittenFile
from tests.analyzer.conftest import compile_source


@pytest.fixture
def rewrite_str(tmp_path: Path) -> Callable[..., RewrittenFile]:
    """Call it with a Rust source (edition and disabled sites as options)."""

    def rewrite(source: str, edition: str = "2024", **options: object) -> RewrittenFile:
        dump = compile_source(tmp_path, source, edition)
        facts = read_dump(dump, tmp_path).get(str(tmp_path / "src/lib.rs"))
        return rewrite_file(
            source.encode(),
            facts,
            RewriteOptions(1, edition=edition, module_path="k", crate_root=True, **options),  # type: ignore[arg-type]
        )

    return rewrite


def short(rewritten: RewrittenFile) -> str:
    """The text with sites numbered from 0 and without the runtime's path and the function's own guard."""
    text = rewritten.text.decode().replace("::borrowscope_runtime::site::", "")
    text = re.sub(r"\((\d{3})\b", lambda found: f"({int(found.group(1)) - 256}", text)
    return re.sub(r" let __bs_\d+ = track_fn_enter_with_id\(\d+\);", "", text)
