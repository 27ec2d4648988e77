"""Nodes are made when somebody asks for them, and agree with tree-sitter's own tree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tree_sitter

from borrowscope.parse.syntax import Node, arguments_of, parse_arguments, parse_bare, parse_source

FIXTURES = sorted((Path(__file__).parent.parent.parent / "fixtures").rglob("*.rs"))
SOURCES = [path for path in FIXTURES if not parse_bare(path.read_bytes()).root_node.has_error]
SIGNED_ENDS = re.compile(rb"\.\.[*-]")  # ends of ranges, which the grammar takes for second operands
BROKEN = b"fn f( { let x = ; } /// doc\nfn g(union: u8) -> u8 { union /* c */ + 1.0 as u8 }"


def raw_children(raw: tree_sitter.Node) -> list[tuple[object, ...]]:
    return [
        (
            child.type,
            child.start_byte,
            child.end_byte,
            child.is_named,
            raw.field_name_for_child(at),
            child.has_error or child.is_missing,
        )
        for at, child in enumerate(raw.children)
    ]


def assert_agrees(source: bytes) -> None:
    waiting = [(parse_bare(source).root_node, parse_source(source))]
    while waiting:
        raw, node = waiting.pop()
        children = [(c.kind, c.start, c.end, c.is_named, c.field_name, c.has_error) for c in node.children]
        assert children == raw_children(raw)
        assert all(child.parent is node for child in node.children)
        waiting += zip(raw.children, node.children, strict=True)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.parent.parent.name + "/" + path.name)
def test_every_node_is_that_of_tree_sitter(path: Path) -> None:
    assert_agrees(SIGNED_ENDS.sub(b"..!", path.read_bytes()))


def test_broken_text_too() -> None:
    assert_agrees(BROKEN)


def find(root: Node, kind: str) -> Node:
    return next(node for node in root.walk() if node.kind == kind)


def test_nodes_are_the_same_however_one_asks() -> None:
    let = find(parse_source(b"fn f() { let mut x /* c */ = 1; }"), "let_declaration")
    assert let.named == [let.child("mutable_specifier"), let.field("pattern"), let.field("value")]
    assert [child.kind for child in let.children] == [
        "let", "mutable_specifier", "identifier", "block_comment", "=", "integer_literal", ";",
    ]  # fmt: skip
    assert [child for child in let.children if child.is_named and child.kind != "block_comment"] == let.named
    assert let.child("=") is let.children[4]


def test_tokens_with_a_field_are_found() -> None:
    sum_ = find(parse_source(b"fn f() { a + b }"), "binary_expression")
    operator = sum_.field("operator")
    assert operator is not None
    assert (operator.text, operator.is_named) == ("+", False)
    assert operator not in sum_.named


def test_children_can_be_replaced() -> None:
    tokens = find(parse_source(b"m! { fn f() {} }"), "token_tree")
    assert tokens.named
    tokens.children = parse_source(b"struct S;").children
    assert [child.kind for child in tokens.named] == ["struct_item"]
    assert tokens.child("struct_item") is tokens.children[0]


def test_arguments_are_read_once() -> None:
    call = find(parse_source("fn f() { m!(é, b + 1) }".encode()), "macro_invocation")
    tokens = call.child("token_tree")
    assert tokens is not None
    arguments = arguments_of(tokens)
    assert arguments is not None
    assert [argument.text for argument in arguments] == ["é", "b + 1"]
    assert all(argument.parent is call for argument in arguments)
    assert arguments_of(tokens) is arguments


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a..*b", "*b"),
        ("a..-b + 1", "-b + 1"),
        ("a.. &b", "&b"),
        ("..*b", "*b"),
        ("a + 1..*b * 2", "*b * 2"),
        ("a..-b as usize", "-b as usize"),
        ("a..&mut b[0]", "&mut b[0]"),
        ("(a)..[b][0]", "[b][0]"),
    ],
)
def test_a_sign_behind_two_dots_begins_the_end_of_a_range(text: str, end: str) -> None:
    plain = find(parse_source(f"fn é() {{ let x = {text}; }}".encode()), "range_expression")
    call = find(parse_source(f"fn é() {{ assert!({text}) }}".encode()), "macro_invocation")
    tokens = call.child("token_tree")
    assert tokens is not None
    arguments = arguments_of(tokens)
    assert arguments is not None
    (argument,) = arguments
    for tree in (plain, argument):
        assert (tree.kind, tree.text, tree.named[-1].text) == ("range_expression", text, end)
        sign = next(node for node in tree.named[-1].walk() if not node.children)
        assert (sign.kind, sign.text, sign.is_named) == (end[0], end[0], False)
    borrow = find(parse_source(b"fn f() { a..&b }"), "reference_expression")
    value = borrow.field("value")
    assert value is not None
    assert (borrow.text, value.text) == ("&b", "b")


@pytest.mark.parametrize(
    ("text", "label", "value", "kind"),
    [
        ("break (*p).x", None, "(*p).x", "field_expression"),
        ("break 'ä (a, b)", "'ä", "(a, b)", "tuple_expression"),
        ("break 'a /* é */ (a).b(c)?", "'a", "(a).b(c)?", "try_expression"),
        ("break\n // no\n [1, 2]", None, "[1, 2]", "array_expression"),
        ("break -1 + 2", None, "-1 + 2", "binary_expression"),
        ("break *p", None, "*p", "unary_expression"),
        ("break 'a &mut x.y", "'a", "&mut x.y", "reference_expression"),
        ("break |x| x", None, "|x| x", "closure_expression"),
        ("break <u8>::f()", None, "<u8>::f()", "call_expression"),
        ("break 'a a", "'a", "a", "identifier"),
    ],
)
def test_what_begins_an_expression_behind_break_is_its_value(
    text: str, label: str | None, value: str, kind: str
) -> None:
    for source in (f"fn é() {{ loop {{ {text} }} }}", f"fn f() {{ 'a: loop {{ match 1 {{ _ => {text}, }} }} }}"):
        found = find(parse_source(source.encode()), "break_expression")
        assert (found.text, found.named[-1].text, found.named[-1].kind) == (text, value, kind)
        assert (found.children[0].kind, found.named[-1].parent) == ("break", found)
        own = found.child("label")
        assert (own.text if own is not None else None) == label
        assert own is None or own.parent is found
    arguments = parse_arguments(text.encode(), 0, len(text.encode()))
    assert arguments is not None
    assert [one.kind for one in arguments] == ["break_expression"]


def test_a_break_alone_has_no_value() -> None:
    tree = parse_source(b"fn f() { loop { break; (a) } loop { if x { break } (b) } loop { break 'a; -1 } }")
    breaks = [node for node in tree.walk() if node.kind == "break_expression"]
    assert [node.text for node in breaks] == ["break", "break", "break 'a"]


def test_a_range_that_is_assigned_may_end_in_parentheses() -> None:
    tree = parse_source("fn é() { self.x = (a + 1)..(b - *c); self.y += a..(b); let z = a..*b..(c); }".encode())
    assert not [node for node in tree.walk() if node.kind == "call_expression"]
    first, second, *_ = [node for node in tree.walk() if node.kind == "range_expression"]
    assert (first.text, first.named[-1].text) == ("(a + 1)..(b - *c)", "(b - *c)")
    assert [(child.kind, child.field_name) for child in second.children if not child.is_named] == [("..", None)]


def test_signs_between_values_stay_operators() -> None:
    text = b"fn f() { (a..) * b; match x { -4..-1 => 1, _ => 2 }; m!($($x:expr),* .. *); a..b * c }"
    assert_agrees(text)


def test_macros_may_be_named_like_primitive_types() -> None:
    tree = parse_source(b'fn f() { let a = str!["u8!(1)"]; let b: u8 = a as u8 + u8!(1, str! {}); if b != (1) {} }')
    assert not tree.has_error
    assert [find(node, "identifier").text for node in tree.walk() if node.kind == "macro_invocation"] == ["str", "u8"]


@pytest.mark.parametrize(
    "text",
    [
        "let B { a, /* c */ #[cfg(x)] ref mut b, .. } = c;",
        'let k::B {\n #[cfg(any(x, feature = "y"))]\n // why\n b: q, } = c;',
        "match c { B { #[cfg(x)] #[cfg(y)] b } => 1 }",
        "x.map(|#[cfg(x)] a, #[cfg(y)] mut b| a)",
        "let a = |s| f32::<_, E>(s);",
    ],
)
def test_attributes_and_names_that_the_grammar_does_not_expect(text: str) -> None:
    source = f"fn f<T>() where (): Sized, {{ #[cfg(a)] let b = S {{ #[cfg(c)] d }}; {text} }}".encode()
    tree = parse_source(source)
    assert not tree.has_error
    assert tree.text == source.decode()
    assert len([node for node in tree.walk() if node.kind == "attribute_item"]) >= 1  # that of the first `let`


@pytest.mark.parametrize(
    "text",
    [
        "let a = try!(b.c()); try![d]; std::try! { e }",
        "let async = 1; f(&async, await.len()); g(dyn) + dyn.a",
        "let try = |async| try + async; m!(try!(x))",
    ],
)
def test_names_of_edition_2015_may_be_words_of_the_language_by_now(text: str) -> None:
    source = f"fn f(async: &dyn A) {{ {text} }} fn try() -> Box<dyn B> {{ x }}".encode()
    tree = parse_source(source)
    assert not tree.has_error
    words = [node.text for node in tree.walk() if node.kind == "identifier"]
    assert {"async", "f"} < set(words)
    assert not any(word.isupper() for word in words)


def test_words_of_the_language_stay_what_they_are() -> None:
    source = b"async fn f(a: &dyn A) { let dyn_ = async move { g().await? }; x.await.try_into() }"
    tree = parse_source(source)
    assert {"async_block", "await_expression", "dynamic_type"} <= {node.kind for node in tree.walk()}
    assert_agrees(source)


@pytest.mark.parametrize(
    "text",
    [
        "x.map(|e| ..=e)",
        "let x = '\\u{2_FFFF}'; m!(\"\\u{4_e}\")",
        "let v: Vec::<u8> = a.collect::<P::<I, T![,]>>(); <[T] as W::< C >>::b(v)",
        "let C::<T, F> { a, .. } = x; fn g() -> a::D::<u8> { a.b::<u8>() }",
        "let x: R<-5, 5> = R::<-5, 5>::n(a < -5, b - 5);",
        "match x { raw @ (U | V) => { g(raw) } W { a, .. } => &raw const b }",
        "G { a: b.c, d: e, .. } = x; let G { a, .. } = y;",
        "struct A where B: C; struct D<T>\nwhere\n    (): E; struct F where G: H { a: u8 }",
        "fn g() where m!(Self): Send, u8: N {}",
    ],
)
def test_forms_that_the_grammar_does_not_know(text: str) -> None:
    source = f"fn f() {{ {text} }}".encode()
    tree = parse_source(source)
    assert not tree.has_error
    assert tree.source == source
    assert "".join(tree.text.split()) == "".join(source.decode().split())
