"""Cargo's words on one line."""

from __future__ import annotations

from borrowscope.project.cargo import condense


def test_a_backtrace_is_not_part_of_the_message():
    said = "error: toolchain '1.2' is not installed\n\nStack backtrace:\n   0: rustup::main\n"
    assert condense(said) == "toolchain '1.2' is not installed"


def test_the_drawing_of_the_place_is_left_out():
    said = "error: unclosed table\n --> Cargo.toml:1:9\n  |\n1 | [package\n  |         ^\n"
    assert condense(said) == "unclosed table; at Cargo.toml:1:9"
