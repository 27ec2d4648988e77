"""Places: bytes to lines and columns and back."""

from __future__ import annotations

from borrowscope.text.span import LineIndex, Position


def test_a_byte_order_mark_is_no_character():
    lines = LineIndex("\ufefffn é() {}\r\n\tlet x".encode())
    x = len(lines.source) - 1
    assert lines.position(3) == Position(1, 1)
    assert lines.position(x) == Position(2, 6)
    assert [lines.offset(*lines.position(at)) for at in (3, 6, x)] == [3, 6, x]
