"""What holds for every file: lines stay, insertions can be taken out again, the new text parses."""

from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.analyzer.facts import FileFacts
from borrowscope.parse.syntax import parse_source
from borrowscope.rewrite.file import rewrite_file
from borrowscope.rewrite.model import RewriteOptions

FIXTURES = Path(__file__).parents[2] / "fixtures/rust"
FILES = sorted(FIXTURES.rglob("*.rs"))


def _facts_of_everything(source: bytes) -> FileFacts:
    """Facts that let every identifier be a binding: more insertions than a compiler would allow."""
    from borrowscope.analyzer.facts import BindingFact, TypeSource
    from borrowscope.text.span import Span

    facts = FileFacts("")
    for node in parse_source(source).walk():
        if node.kind in ("identifier", "self", "shorthand_field_identifier"):
            span = Span(node.start, node.end)
            facts.bindings[node.start] = BindingFact(node.text, span, "u8", TypeSource.RUSTC)
    return facts


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_every_file(path):
    source = path.read_bytes()
    facts = _facts_of_everything(source)
    rewritten = rewrite_file(source, facts, RewriteOptions(1, edition="2021"))
    assert rewritten.text.count(b"\n") == source.count(b"\n")
    text = rewritten.text
    for start, insertion in reversed(_places(rewritten)):
        size = len(insertion.text.encode())
        assert text[start : start + size] == insertion.text.encode()
        text = text[:start] + text[start + size :]
    assert text == source
    if not parse_source(source).has_error:
        assert not parse_source(rewritten.text).has_error


def _places(rewritten):
    shift, places = 0, []
    for insertion in rewritten.insertions:
        places.append((insertion.at + shift, insertion))
        shift += len(insertion.text.encode())
    return places


@pytest.mark.parametrize("source", [b"", b"fn f( {", b"\xff\xfe", 'fn f() { let ä = "ö"; }'.encode(), b"#!/bin/x\n"])
def test_bad_and_odd_sources_stay_as_they_are_without_facts(source):
    rewritten = rewrite_file(source, None, RewriteOptions(1, trace_all=False))
    assert rewritten.text == source


def test_offsets_map_back():
    source = b"fn f() { let x = 5; g(x); }"
    rewritten = rewrite_file(source, _facts_of_everything(source), RewriteOptions(1))
    at = rewritten.text.index(b"g(x)")
    assert rewritten.source_offset(at) == source.index(b"g(x)")
    inserted = rewritten.text.index(b"track_new_with_id")
    assert rewritten.sites_in(inserted, inserted + 1) == {1}
