"""Expansions are the compiler's, token for token; every name leads back to the file where it stands."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from borrowscope.parse.macro_rules import (
    Context,
    Expansion,
    MacroDefinition,
    MacroText,
    Origin,
    SourceText,
    call_range,
    definitions_in,
    expand,
    expansion_tree,
)
from borrowscope.parse.syntax import Node, parse_framed, parse_source
from borrowscope.parse.token_trees import TokenKind, Tokens, tokenize
from tests.work import work_of

SHAPES = Path(__file__).parent.parent.parent / "fixtures" / "rust" / "macro_shapes" / "src" / "lib.rs"
DROPPED = {b",", b";"}


def calls_of(root: Node) -> Iterator[Node]:
    """The outermost macro calls, and the definitions, in source order."""
    for child in root.children:
        if child.kind in {"macro_definition", "macro_invocation"}:
            yield child
        else:
            yield from calls_of(child)


def expanded(origin: MacroText, definitions: dict[str, MacroDefinition], root: Node) -> bytes:
    """The text with every call expanded, and those inside; definitions count from where they stand."""
    parts, position = [], 0
    for call in list(calls_of(root)):
        if call.kind == "macro_definition":
            definitions.update((found.name, found) for found in definitions_in(call, origin))
            continue
        macro, tokens = call.field("macro"), call_range(call)
        assert macro
        assert tokens
        expansion = expand(definitions[macro.text], origin, *tokens)
        assert expansion, call
        tree = next(
            (found for context in ("items", "statements") if (found := expansion_tree(expansion, context))), None
        )
        assert tree, expansion.text
        parts += [origin.text[position : call.start], expanded(expansion, definitions, tree)]
        position = call.end
    return b"".join([*parts, origin.text[position:]])


def essence(text: bytes) -> list[bytes]:
    """The tokens without attributes, delimiters and separators, which the compiler's printer sets as it likes."""
    tokens = tokenize(text, 0, len(text))
    assert tokens
    found: list[bytes] = []
    index = 0
    while index < len(tokens):
        after = skipped(tokens, index)
        if after == index:
            found += pieces(tokens, index)
            after += 1
        index = after
    return found


def skipped(tokens: Tokens, index: int) -> int:
    texts = tokens.texts
    if texts[index] == b"macro_rules":
        opening = next(at for at in range(index, len(tokens)) if tokens.kinds[at] is TokenKind.OPEN)
        return tokens.partners[opening] + 1
    if texts[index] != b"#":
        return index
    opening = index + 1 + (texts[index + 1] == b"!")
    return tokens.partners[opening] + 1 if texts[opening] == b"[" else index


def pieces(tokens: Tokens, index: int) -> list[bytes]:
    kind, text = tokens.kinds[index], tokens.texts[index]
    if kind in {TokenKind.IDENT, TokenKind.LITERAL, TokenKind.LIFETIME}:
        return [text]
    if kind is not TokenKind.PUNCT or text in DROPPED or (text == b"+" and tokens.texts[index + 1] == b">"):
        return []
    return [bytes([sign]) for sign in text]


def expanded_by_rustc(path: Path, edition: str) -> bytes:
    command = ["rustc", "-Zunpretty=expanded", f"--edition={edition}", "--crate-type=lib", "-Awarnings", str(path)]
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    return subprocess.run(command, check=True, capture_output=True, env=environment, timeout=120).stdout


def without_prelude(tokens: list[bytes], edition: str) -> list[bytes]:
    """The compiler's tokens without what it writes at the head of every crate."""
    for text in (b"extern crate std", f"use std::prelude::rust_{edition}::*".encode()):
        wanted = essence(text)
        at = next(at for at in range(len(tokens)) if tokens[at : at + len(wanted)] == wanted)
        del tokens[at : at + len(wanted)]
    return tokens


def test_expansions_are_the_compilers():
    source = SHAPES.read_bytes()
    ours = expanded(SourceText("lib.rs", source), {}, parse_source(source))
    assert essence(ours) == without_prelude(essence(expanded_by_rustc(SHAPES, "2021")), "2021")


def test_patterns_of_old_editions_end_at_the_bar(tmp_path: Path):
    source = b"macro_rules! m { ($($p:pat)|+ => $e:expr) => { match $e { $($p)|+ => 1, _ => 2 } } }"
    source += b" fn f(x: u8) -> u8 { m!(1 | 2 | 3..=4 => x) }"
    path = tmp_path / "lib.rs"
    path.write_bytes(source)
    ours = expanded(SourceText("lib.rs", source), {}, parse_source(source))
    assert essence(ours) == without_prelude(essence(expanded_by_rustc(path, "2018")), "2018")


def first_expansion(source: str, crate_path: bytes = b"crate") -> Expansion | None:
    """What the source's first call becomes, with the definitions of the source."""
    text = SourceText("lib.rs", source.encode())
    root = parse_source(text.text)
    definitions = {found.name: found for found in definitions_in(root, text)}
    call = next(node for node in calls_of(root) if node.kind == "macro_invocation")
    macro, tokens = call.field("macro"), call_range(call)
    assert macro
    assert tokens
    return expand(definitions[macro.text], text, *tokens, crate_path)


def words(source: str, crate_path: bytes = b"crate") -> str | None:
    expansion = first_expansion(source, crate_path)
    return " ".join(expansion.text.decode().split()) if expansion else None


@pytest.mark.parametrize(
    ("rules", "call", "wanted"),
    [
        ("($a:expr) => { $a * 2 }", "m!(1 + 1)", "(1 + 1) * 2"),
        ("($a:expr) => { f($a, [$a]); }", "m!(1 + 1)", "f( 1 + 1 , [ 1 + 1 ]);"),
        ("($a:expr) => { { $a x += 1; } }", "m!({ 1 })", "{ { 1 } x += 1; }"),
        ("($a:expr) => { { $a - 1 } }", "m!({ 1 })", "{ ({ 1 }) - 1 }"),
        ("($a:ident) => { one $a }; ($($a:tt)*) => { many }", "m!(x)", "one x"),
        ("($a:ident) => { one }; ($($a:tt)*) => { many }", "m!(x y)", "many"),
        ("($l:literal) => { lit }; ($a:tt) => { other }", "m!(-1)", "lit"),
        ("($t:ty) => { $t }", "m!(dyn Fn(u8, u8) -> Vec<Vec<u8>> + Send)", "(dyn Fn(u8, u8) -> Vec<Vec<u8>> + Send)"),
        ("($t:ty) => { &$t }", "m!(dyn A + B)", "& (dyn A + B)"),
        ("($t:ty = $e:expr) => { $t is $e }", "m!(Vec<u8>= 1)", "Vec<u8> is 1"),
        ("(< $t:ty > $e:expr) => { $t of $e }", "m!(<Vec<u8>> x)", "Vec<u8> of x"),
        ("($($n:ident $e:expr)*) => { $($n = $e;)* }", 'm!(a "8" b c as u8 d)', None),
        ("($($n:ident $e:expr)*) => { $($n = $e;)* }", 'm!(a "8" b 1 as u8 c d)', 'a = "8" ; b = 1 as u8 ; c = d ;'),
        ("($($v:vis $n:ident),*) => { $($v const $n)* }", "m!(pub A, B, pub(crate) C)",
         "pub const A const B pub(crate) const C"),
        ("() => { $crate::f() }", "m!()", "crate ::f()"),
        ("($($a:ident),*) => { $($a $b),* }", "m!(x, y)", "x $b , y $b"),
        ("($($a:ident)*; $($b:ident)*) => { $($a $b)* }", "m!(x y; z)", None),
        ("($($a:ident)*) => { $a }", "m!(x)", None),
        ("($a:unheard) => { 1 }", "m!(x)", None),
        ("(a) => { 1 }", "m!(b)", None),
        ("($a:expr) => { 1 }", "m!(let)", None),
    ],
)  # fmt: skip
def test_one_call(rules: str, call: str, wanted: str | None):
    assert words(f"macro_rules! m {{ {rules} }} {call};") == wanted


def test_crate_is_what_the_caller_says():
    assert words("macro_rules! m { () => { $crate::f() } } m!();", crate_path=b"::other") == "::other ::f()"


def test_doc_comments_of_a_call_are_attributes():
    source = 'macro_rules! m { ($(#[$m:meta])* $n:ident) => { $(#[$m])* struct $n; } } m! {\n/// A "b"\n X }'
    assert words(source) == '#[ doc = r#" A "b""# ] struct X ;'


def test_names_lead_to_the_call_or_to_the_definition():
    source = "macro_rules! m { ($a:ident, $e:expr) => { let b = $e; let $a = b; } } fn f() { let b = 1; m!(c, b + 1); }"
    expansion = first_expansion(source)
    assert expansion

    def origin_of(text: bytes) -> Origin:
        origin = expansion.origin_of(expansion.text.index(text))
        assert origin
        return origin

    assert origin_of(b"c") == Origin("lib.rs", source.index("c, b"), None)
    assert origin_of(b"b + 1") == Origin("lib.rs", source.index("b + 1"), None)
    assert origin_of(b"b = ").offset == source.index("b = $e")
    assert origin_of(b"b = ").mark is expansion.mark is not None


def test_what_the_expansion_inserted_stands_nowhere():
    expansion = first_expansion("macro_rules! m { ($a:expr) => { $a * 2 } } m!(1 + 1);")
    assert expansion
    assert expansion.origin_of(expansion.text.index(b"(")) is None


def test_a_fragment_stays_one_unit_inside_another():
    source = (
        "macro_rules! one { ($t:tt) => { <$t>::new() } } macro_rules! pass { ($e:expr) => { $e } }"
        " macro_rules! outer { ($t:ty) => { pass!(one!($t)) } } outer!(Vec<u8>);"
    )
    *_, last = expansions(SourceText("lib.rs", source.encode()))
    assert b"".join(last.text.split()) == b"<Vec<u8>>::new()"


def test_two_expansions_have_two_marks():
    source = "macro_rules! m { () => { let b = 1; } } m!();"
    one, two = first_expansion(source), first_expansion(source)
    assert one
    assert two
    assert one.mark != two.mark


def test_segments_hold_what_the_file_holds():
    source = SHAPES.read_bytes()
    text = SourceText("lib.rs", source)
    seen = 0
    for expansion in expansions(text):
        for segment in expansion.segments:
            length = segment.end - segment.start
            assert expansion.text[segment.start : segment.end] == source[segment.offset : segment.offset + length]
            seen += 1
    assert seen > 500


def expansions(text: MacroText) -> Iterator[Expansion]:
    """All expansions of a file's calls, nested ones included."""
    definitions: dict[str, MacroDefinition] = {}
    waiting: list[tuple[MacroText, Node]] = [(text, parse_source(text.text))]
    while waiting:
        origin, root = waiting.pop(0)
        definitions.update((found.name, found) for found in definitions_in(root, origin))
        for call in calls_of(root):
            macro, tokens = call.field("macro"), call_range(call)
            if call.kind != "macro_invocation" or not macro or not tokens or macro.text not in definitions:
                continue
            expansion = expand(definitions[macro.text], origin, *tokens)
            if expansion is None:
                continue
            yield expansion
            tree = expansion_tree(expansion, "items") or expansion_tree(expansion, "statements")
            if tree is not None:
                waiting.append((expansion, tree))


def test_a_name_leads_home_through_two_macros():
    source = (
        "macro_rules! inner { ($n:ident) => { let $n = 1; let own = 2; } }"
        " macro_rules! outer { ($n:ident) => { inner!($n); inner!(made); } } outer!(given);"
    )
    found: dict[bytes, list[Origin]] = {}
    for expansion in expansions(SourceText("lib.rs", source.encode())):
        for name in (b"given", b"made", b"own"):
            if b"let " + name in expansion.text.replace(b"  ", b" "):
                origin = expansion.origin_of(expansion.text.index(name))
                assert origin
                found.setdefault(name, []).append(origin)
    (given,), (made,), (one, two) = found[b"given"], found[b"made"], found[b"own"]
    assert given == Origin("lib.rs", source.index("given"), None)
    assert made.offset == source.index("made")
    assert one.offset == two.offset == source.index("own")
    assert len({made.mark, one.mark, two.mark, None}) == 4


def test_a_macro_made_by_a_macro_leads_home():
    source = (
        "macro_rules! make { ($d:tt $n:ident) => { macro_rules! $n { ($d x:ident) => { let $d x = own; } } } }"
        " make!($ made); made!(given);"
    )
    text = SourceText("lib.rs", source.encode())
    made = next(expansions(text))
    tree = expansion_tree(made, "items")
    assert tree
    (definition,) = definitions_in(tree, made)
    start = source.index("given")
    expansion = expand(definition, text, start, start + 5)
    assert expansion
    given, own = (expansion.origin_of(expansion.text.index(name)) for name in (b"given", b"own"))
    assert given == Origin("lib.rs", start, None)
    assert own
    assert own.offset == source.index("own")
    assert own.mark is expansion.mark


def test_definitions_are_found_with_their_attributes():
    source = (
        b"/// Doc.\n#[macro_export]\n#[doc(hidden)]\nmacro_rules! a { () => {} }\nmod x { macro_rules! b(() => ()); }"
    )
    found = definitions_in(parse_source(source))
    assert [(definition.name, definition.exported) for definition in found] == [("a", True), ("b", False)]


@pytest.mark.parametrize(
    "rules",
    ["", "() = 1", "($a) => {}", "($($a:tt)) => {}", "( => {}", "() => { $$a }", "($()*) => {}", "($($(a)*)*) => {}"],
)
def test_malformed_rules_expand_to_nothing(rules: str):
    text = SourceText("lib.rs", rules.encode())
    assert expand(MacroDefinition("m", exported=False, origin=text, start=0, end=len(rules)), text, 0, 0) is None


def test_rules_with_too_many_ways_expand_to_nothing():
    assert first_expansion("macro_rules! m { (" + "$(a)* " * 9 + ") => {} } m!(" + "a " * 200 + ");") is None


def test_nothing_becomes_larger_than_the_bound():
    rules = "($($a:ident)*) => { $($a)* " + " ".join(["$($a)*"] * 2000) + " }"
    assert first_expansion(f"macro_rules! m {{ {rules} }} m!({'name ' * 1000});") is None


def test_long_lists_cost_in_proportion():
    def cost(length: int) -> int:
        source = "macro_rules! m { ($($k:expr => $v:expr),* $(,)?) => { f([$(($k, $v)),*]) } } m!("
        source += ", ".join(f"{number} => x + {number}" for number in range(length)) + ");"
        return work_of(lambda: first_expansion(source))

    cost(10)
    assert cost(4000) < 9 * cost(500)


def test_no_input_raises():
    source = SHAPES.read_bytes()
    tokens = tokenize(source, 0, len(source))
    assert tokens
    dice = random.Random(1)
    for _ in range(60):
        texts = [text for text in tokens.texts if dice.random() > 0.003]
        for expansion in expansions(SourceText("lib.rs", b" ".join(texts))):
            assert isinstance(expansion.text, bytes)


@pytest.mark.parametrize(
    ("text", "context", "kind"),
    [
        ("let x = 1; x + 1", "statements", "block"),
        ("", "statements", "block"),
        ("a + b", "expression", "binary_expression"),
        ("a + b;", "expression", "binary_expression"),
        ("Vec<u8>", "type", "generic_type"),
        ("Some(x) | None", "pattern", "or_pattern"),
        ("fn f() {} struct A;", "items", "source_file"),
        ("impl< > A for B< > {} fn f<T: A + >() {}", "items", "source_file"),
        ("let = ;", "statements", None),
        ("a, b", "expression", None),
    ],
)
def test_trees_of_expansions(text: str, context: Context, kind: str | None):
    tree = expansion_tree(Expansion(text.encode(), [], [], None), context)
    assert (tree.kind if tree else None) == kind
    if tree is not None:
        assert tree.parent is None
        assert (tree.start, tree.end) == (0, len(text) - (context == "expression") * text.count(";"))


def test_a_frame_keeps_the_offsets_of_the_text():
    tree = parse_framed(b"a::B<C>", (b"type T = ", b";"), "type_item", "type")
    assert tree
    assert [node.text for node in tree.walk() if node.kind == "type_identifier"] == ["B", "C"]
