"""One file: which functions are traced, their edits, and the new text.

In: the bytes of a file, what the compiler knows about it, options. Out: a `RewrittenFile`; nothing is raised for bad
syntax: a function with an error node stays untouched and is listed.
"""

from __future__ import annotations

import re
from collections import Counter

from borrowscope.analyzer.facts import FileFacts
from borrowscope.parse.functions import FunctionItem, attribute_name, find_functions
from borrowscope.parse.item_macros import enter_item_macros
from borrowscope.parse.syntax import Node, parse_source
from borrowscope.rewrite.calls import Calls
from borrowscope.rewrite.choice import choose
from borrowscope.rewrite.edits import Editor
from borrowscope.rewrite.function import rewrite_function
from borrowscope.rewrite.macro_calls import calls_of_file
from borrowscope.rewrite.marks import WORD, Marks, blank_marks, find_marks
from borrowscope.rewrite.model import FunctionRecord, RewriteOptions, RewrittenFile, SkipReason
from borrowscope.rewrite.plans import FilePlan
from borrowscope.tables.groups import Preset
from borrowscope.text.function_paths import is_glob_match
from borrowscope.text.span import Span

PANIC_HANDLER = "panic_handler"


def rewrite_file(source: bytes, facts: FileFacts | None, options: RewriteOptions) -> RewrittenFile:
    """Rewrite one file so that its traced functions record what they do."""
    root = parse_source(source)
    enter_item_macros(root, (options.macros or calls_of_file(source)).hands_items_on)
    plan = FilePlan(facts or FileFacts(""), options, Editor())
    calls = Calls(plan.facts.calls)
    marks = find_marks(root)
    marks.inherited = options.inherited
    blank_marks(root, plan.editor)
    records: list[FunctionRecord] = []
    macros: Counter[str] = Counter()
    for item in find_functions(root, options.module_path):
        reason = _untraceable(item, marks, options)
        if item.body is not None:
            records.append(FunctionRecord(item.path, _span(item.node), reason is None, reason))
            if reason is None:
                plan.choice = choose(options.wishes, marks.of(item.node, item.containers), _default(options))
                macros += rewrite_function(plan, item, item.body, calls).macros
    if plan.sites and options.crate_root and options.edition == "2015":
        _name_runtime(root, plan.editor)
    text, insertions = plan.editor.apply(source)
    return RewrittenFile(text, plan.sites, plan.skipped, records, dict(macros), insertions)


def names_runtime(source: bytes) -> bool:
    """Whether a crate root names the runtime itself, as people do who call it by hand."""
    return b"borrowscope_runtime" in source and any(_names_runtime(child) for child in parse_source(source).children)


def read_marks(source: bytes) -> Marks:
    """The marks of a file: whether any function, module or impl carries one, and what is wrong with them."""
    if WORD not in source:
        return Marks()
    root = parse_source(source)
    enter_item_macros(root)
    return find_marks(root)


def defines_panic_handler(source: bytes) -> bool:
    """Whether a file has a `#[panic_handler]` under no condition: its program has no std."""
    if b"panic_handler" not in source:
        return False
    root = parse_source(source)
    return any(
        PANIC_HANDLER in names and "cfg" not in names
        for item in find_functions(root, "")
        if (names := {attribute_name(attribute) for attribute in item.attributes})
    )


def _default(options: RewriteOptions) -> Preset:
    """How much is recorded where neither the mark nor the command line says it."""
    return Preset.VERBOSE if options.trace_all else Preset.STANDARD


def _span(node: Node) -> Span:
    return Span(node.start, node.end)


def _untraceable(item: FunctionItem, marks: Marks, options: RewriteOptions) -> SkipReason | None:
    """Why a function is not traced, or None."""
    names = {attribute_name(attribute) for attribute in item.attributes}
    checks = (
        (item.body is None, SkipReason.NO_BODY),
        (item.is_const or _is_in_const_trait(item) or _is_made_const(item), SkipReason.CONST_CONTEXT),
        (item.abi is not None, SkipReason.FOREIGN_ABI),
        (bool(names & {"naked", "core::arch::naked"}), SkipReason.NAKED),
        (PANIC_HANDLER in names or options.is_bare, SkipReason.PANIC_HANDLER),
        (item.node.has_error, SkipReason.SYNTAX_ERROR),
        (not _is_wanted(item, marks, options), SkipReason.FILTERED),
    )
    return next((reason for applies, reason in checks if applies), None)


def _is_in_const_trait(item: FunctionItem) -> bool:
    return any(
        container.kind in ("trait_item", "impl_item") and container.child("const") is not None
        for container in item.containers
    )


# `#[rustversion::attr(since(1.83), const)]`, `#[const_fn("1.46")]`, `#[cfg_attr(.., const_fn)]`
_MADE_CONST = re.compile(r"[(,]\s*const\s*[,)]|\bconst_fn\s*[(),\]]")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')


def _is_made_const(item: FunctionItem) -> bool:
    """Whether an attribute's macro may put `const` in front of the function."""
    return any(_MADE_CONST.search(_TEXT.sub("", attribute.text)) is not None for attribute in item.attributes)


def _is_wanted(item: FunctionItem, marks: Marks, options: RewriteOptions) -> bool:
    mark = marks.of(item.node, item.containers)
    if mark is not None:
        return not mark.is_off
    return options.trace_all or any(is_glob_match(glob, item.path) for glob in options.trace)


def _name_runtime(root: Node, editor: Editor) -> None:
    """Edition 2015 finds a crate by `::name` only where the root names it: behind all inner attributes and docs."""
    children = list(root.children)
    if any(_names_runtime(child) for child in children):
        return
    inner = [index for index, child in enumerate(children) if _is_inner(child)]
    first = children[inner[-1] + 1 if inner else 0]
    editor.open(first.start, root.end, "extern crate borrowscope_runtime; ", None)


def _names_runtime(child: Node) -> bool:
    """Whether people who call the runtime by hand have named it already."""
    name = child.field("alias") or child.field("name") if child.kind == "extern_crate_declaration" else None
    return name is not None and name.text == "borrowscope_runtime"


def _is_inner(child: Node) -> bool:
    is_inner_comment = child.kind.endswith("comment") and child.text.startswith(("//!", "/*!"))
    return is_inner_comment or child.kind in ("inner_attribute_item", "shebang")
