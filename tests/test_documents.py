"""What the documents say exists, and what exists is in the documents."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from borrowscope.cli import app
from borrowscope.errors import ExitCode
from borrowscope.project.settings import KEYS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def module_list() -> Any:
    spec = importlib.util.spec_from_file_location("module_list", ROOT / "scripts" / "module_list.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_documented_commands_exist_and_all_are_documented():
    named = set(re.findall(r"^\| `borrowscope ([a-z-]+)", README, re.MULTILINE))
    assert named == {command.name for command in app.all_commands()}


def test_every_mentioned_command_exists():
    commands = {command.name for command in app.all_commands()}
    mentioned = set(re.findall(r"`(?:cargo )?borrowscope ([a-z]+)", README + ARCHITECTURE))
    assert mentioned <= commands


def test_exit_codes_are_documented():
    named = {int(code) for code in re.findall(r"^\| ([0-9]+) \|", README, re.MULTILINE)}
    assert named == {int(code) for code in ExitCode}


def test_settings_are_documented():
    table = README.partition("## Settings")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE))
    assert named == {key.replace("_", "-") for key in KEYS}


def test_documented_scripts_exist():
    for name in set(re.findall(r"scripts/[a-z_]+|\.ci/run", README + ARCHITECTURE)):
        assert (ROOT / name).is_file(), name


def test_documented_paths_exist():
    paths = set(re.findall(r"`((?:tables|report|rewrite|build|cli|project|tests)/[a-z_/]+\.py)`", ARCHITECTURE))
    for path in paths:
        assert (ROOT / path).is_file() or (ROOT / "borrowscope" / path).is_file(), path


def test_the_list_of_modules_is_fresh():
    assert module_list().refreshed(ARCHITECTURE) == ARCHITECTURE, "run scripts/generate"


def test_every_module_says_what_it_owns():
    assert [str(module) for module in module_list().undocumented()] == []


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md"])
def test_lines_of_prose_fit_a_screen(name: str):
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        assert len(line) <= 130 or line.startswith(("|", "* `")), line
