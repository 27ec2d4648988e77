"""The formats by name; the module of a format is loaded when something is written in it.

In: nothing. Out: `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import Final

from borrowscope.check.report import Report

Render = Callable[[Report], str]


class Format(StrEnum):
    """What findings are written as."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"
    MARKDOWN = "markdown"


def _rendered_by(module: str, name: str = "render") -> Render:
    def render(report: Report) -> str:
        written: Render = getattr(import_module(f"{__package__}.{module}"), name)
        return written(report)

    return render


FORMATS: Final[dict[Format, Render]] = {
    Format.TEXT: _rendered_by("text"),
    Format.JSON: _rendered_by("json_lines", "render_json"),
    Format.JSONL: _rendered_by("json_lines", "render_jsonl"),
    Format.SARIF: _rendered_by("sarif"),
    Format.JUNIT: _rendered_by("junit"),
    Format.GITHUB: _rendered_by("github"),
    Format.GITLAB: _rendered_by("gitlab"),
    Format.MARKDOWN: _rendered_by("markdown"),
}
