"""`#[trace_borrow]`: where it stands, what it asks for, and taking it out without moving a line.

In: the syntax tree of a file. Out: marks by the start of the item that carries them (-1: the file itself), and what is
wrong with them. The attribute is known by its last word, by its renamed imports, and inside of `cfg_attr`, whose
condition is not evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from borrowscope.parse.functions import attributes_of
from borrowscope.parse.syntax import Node
from borrowscope.parse.token_trees import TokenKind, Tokens, tokenize
from borrowscope.rewrite.choice import TraceOptions
from borrowscope.rewrite.edits import Editor
from borrowscope.rewrite.mark_options import Problem, read_arguments, split_at_commas
from borrowscope.text.span import Span

WORD = b"trace_borrow"
FILE = -1

_FUNCTIONS = frozenset({"function_item", "function_signature_item"})
_ITEMS = _FUNCTIONS | {"impl_item", "trait_item", "mod_item"}
_ATTRIBUTES = frozenset({"attribute_item", "inner_attribute_item"})
_IMPORT = re.compile(
    r"use\s+(?:::)?[\w:]+::(?:trace_borrow(?:\s+as\s+(\w+))?|\{\s*trace_borrow(?:\s+as\s+(\w+))?\s*,?\s*\})\s*;$"
)
_RENAMED = re.compile(rb"\btrace_borrow\s+as\s+(\w+)")


@dataclass(frozen=True, slots=True)
class Use:
    """The attribute once, as written: its own place, what it asks for, and the text that goes when it is taken out."""

    span: Span
    blank: Span
    options: TraceOptions
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Marks:
    """All marks of a file by the start of their item, and what is wrong with them.

    `modules` are those of modules by their path inside the file; `inherited` is what counts for all of the file that
    no mark of its own speaks of.
    """

    by_item: dict[int, TraceOptions] = field(default_factory=dict)
    modules: dict[str, TraceOptions] = field(default_factory=dict)
    inherited: TraceOptions | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def asks_for_tracing(self) -> bool:
        """Whether any mark asks for something to be traced; those that only take functions out do not."""
        return any(not options.is_off for options in self.by_item.values())

    def of(self, item: Node, containers: tuple[Node, ...]) -> TraceOptions | None:
        """The mark that counts for a function: its own, else the nearest one around it.

        Around it are impl, trait, module, the file, and the module that the file is inside of. A function inside
        another one inherits nothing from outside of that one.
        """
        if item.start in self.by_item:
            return self.by_item[item.start]
        for container in reversed(containers):
            if container.kind == "function_item":
                return None
            if container.start in self.by_item:
                return self.by_item[container.start]
        return self.by_item.get(FILE, self.inherited)


def find_marks(root: Node) -> Marks:
    """Every mark of the file."""
    marks = Marks()
    if WORD not in root.source:
        return marks
    names = _names(root.source)
    items = {attribute.start: node for node in root.walk() if node.kind in _ITEMS for attribute in attributes_of(node)}
    for node in root.walk():
        if node.kind not in _ATTRIBUTES:
            continue
        for use in _uses(node, names):
            item = items.get(node.start) if node.kind == "attribute_item" else _around(node)
            marks.problems += [*use.problems, *_misplaced(use, item)]
            if item is not None:
                marks.by_item[FILE if item.parent is None else item.start] = use.options
                if item.kind == "mod_item":
                    marks.modules[_module_path(item)] = use.options
    return marks


def blank_marks(root: Node, editor: Editor) -> None:
    """Blank every mark and every import of the attribute: neither is known to plain rustc."""
    if WORD not in root.source:
        return
    names = _names(root.source)
    for node in root.walk():
        if node.kind in _ATTRIBUTES:
            for use in _uses(node, names):
                editor.blank(use.blank.start, use.blank.end)
        elif node.kind == "use_declaration" and _IMPORT.search(node.text):
            editor.blank(node.start, node.end)


def _names(source: bytes) -> frozenset[bytes]:
    """What the attribute is called in this file."""
    return frozenset({WORD, *_RENAMED.findall(source)})


def _around(attribute: Node) -> Node | None:
    """The item that an inner attribute speaks of; the root for the file itself."""
    parent = attribute.parent
    if parent is None or parent.parent is None:
        return parent
    return parent.parent if parent.parent.kind in _ITEMS else None


def _module_path(module: Node) -> str:
    around = [module, *(node for node in module.ancestors() if node.kind == "mod_item")]
    names = [node.field("name") for node in reversed(around)]
    return "::".join(name.text.removeprefix("r#") for name in names if name is not None)


# 1. what is wrong with a mark's place


def _misplaced(use: Use, item: Node | None) -> Iterator[Problem]:
    if use.options.is_off and item is not None:
        return
    if item is None:
        remedy = "put it on a fn, an impl, a trait or a mod, or at the top of a file as `#![trace_borrow]`"
        yield Problem(use.span, "`#[trace_borrow]` stands on something that is no function", remedy)
    elif item.kind in _FUNCTIONS:
        reason = next((said for applies, said in _unfit(item) if applies), None)
        if reason is not None:
            yield Problem(use.span, *reason)


def _unfit(function: Node) -> Iterator[tuple[bool, tuple[str, str]]]:
    modifiers = function.child("function_modifiers")
    words = {child.kind for child in modifiers.children} if modifiers is not None else set()
    extern = modifiers.child("extern_modifier") if modifiers is not None else None
    literal = extern.child("string_literal") if extern is not None else None
    abi = literal.text if literal is not None else '"C"'
    yield (
        "const" in words,
        (
            "a `const fn` cannot be traced: tracking is done at run time",
            "remove `const`, or take `#[trace_borrow]` away",
        ),
    )
    yield (
        extern is not None and abi != '"Rust"',
        (
            f"a function with the ABI {abi} must keep its calling convention",
            "trace a Rust function that it calls, and take `#[trace_borrow]` away here",
        ),
    )
    yield (
        function.field("body") is None,
        (
            "this function has no body to trace",
            "put `#[trace_borrow]` on the functions that implement it",
        ),
    )


# 2. one attribute as tokens


def _uses(attribute: Node, names: frozenset[bytes]) -> list[Use]:
    """The marks in one attribute: itself, or some of those that a `cfg_attr` holds."""
    text = attribute.source[attribute.start : attribute.end]
    if not any(name in text for name in names):
        return []
    tokens = tokenize(attribute.source, attribute.start, attribute.end)
    if tokens is None:
        return []
    opening = tokens.texts.index(b"[")
    inside = opening + 1, tokens.partners[opening]
    whole = Span(attribute.start, attribute.end)
    return list(_read(tokens, inside, whole, names))


def _read(tokens: Tokens, part: tuple[int, int], blank: Span, names: frozenset[bytes]) -> Iterator[Use]:
    """The marks in one attribute's inside; `blank` goes where all of it is ours."""
    start, end = part
    at = start
    while at < end and (tokens.kinds[at] is TokenKind.IDENT or tokens.texts[at] == b"::"):
        at += 1
    path = tokens.texts[start:at]
    if path in ([b"unsafe"], [b"cfg_attr"]) and at < end and tokens.texts[at] == b"(":
        inner = split_at_commas(tokens, at + 1, tokens.partners[at])
        parts = inner[1:] if path == [b"cfg_attr"] else inner
        is_all = len(parts) == 1
        for one in parts:
            yield from _read(tokens, one, blank if is_all else _with_comma(tokens, one), names)
    elif path and _is_ours(path, names):
        yield _use(tokens, (start, at, end), blank)


def _is_ours(path: list[bytes], names: frozenset[bytes]) -> bool:
    return path[-1] == WORD or (len(path) == 1 and path[0] in names)


def _with_comma(tokens: Tokens, part: tuple[int, int]) -> Span:
    """An attribute among others and the comma before it: `cfg_attr` always has a condition in front."""
    return Span(tokens.starts[part[0] - 1], tokens.ends[part[1] - 1])


def _use(tokens: Tokens, part: tuple[int, int, int], blank: Span) -> Use:
    start, at, end = part
    span = Span(tokens.starts[start], tokens.ends[end - 1])
    if at == end:
        return Use(span, blank, TraceOptions(), ())
    if tokens.texts[at] != b"(" or tokens.after(at) != end:
        problem = Problem(span, "`#[trace_borrow]` takes its arguments in parentheses", "write `#[trace_borrow(..)]`")
        return Use(span, blank, TraceOptions(), (problem,))
    options, problems = read_arguments(tokens, at + 1, end - 1)
    return Use(span, blank, options, tuple(problems))
