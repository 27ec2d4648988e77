"""The formats by name.

In: nothing. Out: `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from borrowscope.check.formats import text
from borrowscope.check.formats.json_lines import render_json, render_jsonl
from borrowscope.check.report import Report


class Format(StrEnum):
    """What findings are written as."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"


FORMATS: dict[Format, Callable[[Report], str]] = {
    Format.TEXT: text.render,
    Format.JSON: render_json,
    Format.JSONL: render_jsonl,
}
