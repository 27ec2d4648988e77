"""Where a finding stands, and what it shows of the code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from borrowscope.check.places import code_of
from borrowscope.text.span import Span
from tests.check.checked import findings_of

PARENTHESES = """\
pub unsafe fn f(p: *const u8) -> u8 {
    let a = (
        // where it comes from
        *p);
    a + ( /* once */ ( *p ) ) + (*(
        p))
}
"""


def test_parentheses_belong_to_a_dereference_as_rustc_has_it(tmp_path: Path):
    (tmp_path / "lib.rs").write_text(PARENTHESES, encoding="utf-8")
    command = ["rustc", "lib.rs", "--crate-type=lib", "--emit=metadata", "--error-format=json"]
    done = subprocess.run(
        [*command, "--force-warn=unsafe_op_in_unsafe_fn"], cwd=tmp_path, capture_output=True, check=True
    )
    messages = [json.loads(line) for line in done.stderr.splitlines()]
    spans = [one["spans"][0] for one in messages if (one["code"] or {}).get("code") == "E0133"]
    theirs = sorted((one["line_start"], one["column_start"], one["line_end"], one["column_end"]) for one in spans)
    found = [one for one in findings_of(PARENTHESES) if one.rule == "raw_deref"]
    assert [(one.line, one.column, one.end_line, one.end_column) for one in found] == theirs
    assert len(theirs) == 3
    assert [one.message.split("`")[1] for one in found] == ["p", "p", "( p)"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("f(a, // first\n  b)", "f(a, b)"),
        ("( /* c */ *p)", "( *p)"),
        ('f("// no  comment",\n"/* none */")', 'f("// no comment", "/* none */")'),
        ("ä . b( 'ß')", "ä . b( 'ß')"),
        ("broken ( /* c */", "broken ( /* c */"),
    ],
)
def test_shown_code_has_no_comments(source: str, code: str):
    text = source.encode()
    assert code_of(text, Span(0, len(text))) == code
