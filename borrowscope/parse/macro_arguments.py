"""What a macro makes of a call's arguments: which it evaluates as expressions, under which names of the user's.

In: the call's tokens, the definition of its macro, and what is known of macros that it calls in turn. Out: steps in the
order of evaluation: scopes that open and close, names that are bound, arguments. An argument that the macro also reads
as something else (a pattern, a type, a text) is none of them, nor is one whose text decides which rule matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import takewhile
from typing import NamedTuple

from borrowscope.parse.macro_rules import (
    Expansion,
    MacroDefinition,
    SourceText,
    call_range,
    expand,
    expansion_tree,
)
from borrowscope.parse.syntax import COMMENTS, Node, arguments_of, parse_arm, parse_items
from borrowscope.tables.macros import Entry, find_macro
from borrowscope.tables.syntax_kinds import LITERALS, NAMING_FIELDS, NO_EXPRESSIONS
from borrowscope.text.span import Span

_DEPTH = 32  # calls in calls
_MOST_EXPANSIONS = 24  # of one call: what takes more is no plain macro


class StepKind(Enum):
    """What happens next."""

    OPEN = auto()  # a scope of the macro's own
    CLOSE = auto()
    BIND = auto()  # a pattern of the user's binds; `body` is the argument in which its names can be observed
    LET = auto()  # a pattern of the user's binds for what stands behind the call
    HIDE = auto()  # the same, but the macro reads the names itself: nothing can be said of what they are bound to
    ARGUMENT = auto()  # an expression of the user's
    STATEMENT = auto()  # a statement of the user's, with its semicolon


class Step(NamedTuple):
    """One step; spans are those of the call's text."""

    kind: StepKind
    span: Span
    body: Span | None = None


OPEN = Step(StepKind.OPEN, Span(0, 0))
CLOSE = Step(StepKind.CLOSE, Span(0, 0))

# Which definitions a macro's name may mean in the text of a definition; None: it is one of the table's, or unknown.
Find = Callable[[str], Sequence[MacroDefinition] | None]


class _Unclear(Exception):  # noqa: N818 - never leaves this module
    """The expansion cannot be followed."""


def hands_items_on(source: bytes, start: int, end: int, definitions: Sequence[MacroDefinition], find: Find) -> bool:
    """Whether a call outside of functions stands for the very items that are its tokens, perhaps under conditions.

    Definitions that leave the items out do not count.
    """
    tokens = parse_items(source, start, end)
    items = {Span(node.start, node.end) for node in tokens.named if node.kind in _WITH_CODE} if tokens else set()
    found = False
    for definition in definitions if items else ():
        expansion = expand(definition, SourceText("", source), start, end) if definition.arms is not None else None
        if expansion is None:
            continue
        reader = _Reader(source, find)
        try:
            kept = set(reader.items(expansion))
        except _Unclear:
            return False
        if kept and not kept >= items:
            return False
        found = found or bool(kept)
    return found


class _Call(NamedTuple):
    """A call: where its tokens stand, and what it may mean."""

    source: bytes
    start: int
    end: int
    definitions: Sequence[MacroDefinition]
    find: Find


def read_call(source: bytes, start: int, end: int, definitions: Sequence[MacroDefinition], find: Find) -> list[Step]:
    """The steps of a call whose tokens stand in the byte range; empty where nothing can be said.

    All definitions whose rules match must agree; those that leave all arguments out do not count.
    """
    call = _Call(source, start, end, definitions, find)
    found = _steps(call)
    kept = {step.span for step in found if step.kind in _EVALUATED}
    if not kept or _is_sturdy(call, found, kept):
        return found
    kept = {span for span in kept if _is_sturdy(call, found, {span})}
    if kept and not _is_sturdy(call, found, kept):
        kept = set()
    rest = [_without(step, kept) for step in found if step.kind not in _EVALUATED or step.span in kept]
    return rest if any(step.kind in _LASTING for step in rest) else []


_EVALUATED = frozenset({StepKind.ARGUMENT, StepKind.STATEMENT})
_LASTING = _EVALUATED | {StepKind.LET, StepKind.HIDE}  # more than scopes and names that live inside the call


def _without(step: Step, kept: set[Span]) -> Step:
    return step._replace(body=None) if step.body is not None and step.body not in kept else step


def _steps(call: _Call) -> list[Step]:
    found: list[Step] = []
    for definition in call.definitions:
        if definition.arms is None:
            return []
        expansion = expand(definition, SourceText("", call.source), call.start, call.end)
        if expansion is None:
            continue  # another definition's call
        reader = _Reader(call.source, call.find)
        try:
            reader.read(expansion)
        except _Unclear:
            return []
        steps = reader.result()
        is_empty = not any(step.kind in _LASTING for step in steps)
        if (is_empty and reader.spoiled) or (not is_empty and found and steps != found):
            return []
        found = found if is_empty else steps
    return found


# What the rewriter may make of an expression, and of a statement.
_PROBES = (b"{ __bs_a; __bs_b }", b"__bs_f(__bs_a)", b"(__bs_a, __bs_b).1", b"*__bs_f(&__bs_a)")
_BLOCK = b"{ __bs_a; { __bs_b } }"  # where a block stands, one stays
_STATEMENTS = b"let __bs_a = __bs_b; let __bs_c = __bs_d;"


def _is_sturdy(call: _Call, found: Sequence[Step], kept: set[Span]) -> bool:
    """Whether the macro does the same with other expressions in the arguments' places."""
    expressions = {step.span for step in found if step.kind is StepKind.ARGUMENT and step.span in kept}
    shape = _shape(found, kept)
    return all(_shape(_steps(_replaced(call, kept, expressions, probe)), set()) == shape for probe in _PROBES)


def _replaced(call: _Call, kept: set[Span], expressions: set[Span], probe: bytes) -> _Call:
    parts, at = [], call.start
    for span in sorted(kept):
        own = _BLOCK if call.source[span.start : span.start + 1] == b"{" else probe
        parts += [call.source[at : span.start], own if span in expressions else _STATEMENTS]
        at = span.end
    text = b"".join([*parts, call.source[at : call.end]])
    return call._replace(source=text, start=0, end=len(text))


def _shape(steps: Sequence[Step], doubled: set[Span]) -> list[tuple[StepKind, int, int]]:
    """The steps with arguments numbered in their order: the same for calls that differ in their texts only."""
    numbers: dict[Span | None, int] = {
        span: number for number, span in enumerate(sorted({s.span for s in steps if s.kind is StepKind.ARGUMENT}))
    }
    shape = []
    for step in steps:
        one = (step.kind, numbers.get(step.span, -1), numbers.get(step.body, -1))
        shape += [one, one] if step.kind is StepKind.STATEMENT and step.span in doubled else [one]
    return shape


# What is no expression wherever it stands.
_WORDLESS = NAMING_FIELDS | {"name", "field"}
_WITH_CODE = frozenset({"function_item", "impl_item", "trait_item", "mod_item"})  # what functions stand in
_EXPRESSIONS = frozenset(
    {
        "identifier",
        "self",
        "block",
        "unsafe_block",
        "async_block",
        "gen_block",
        "macro_invocation",
        "assignment_expression",
        "compound_assignment_expr",
        "generic_function",
    }
)
_OWN_CODE = frozenset({"closure_expression", "async_block", "gen_block"})  # of the macro: what runs there captures
_LOOPS = frozenset({"loop_expression", "while_expression", "for_expression"})


def _is_expression(node: Node) -> bool:
    return node.kind in _EXPRESSIONS or node.kind.endswith("_expression")


def _is_statement(node: Node) -> bool:
    is_whole = node.kind == "let_declaration" or (node.kind == "expression_statement" and node.children[-1].kind == ";")
    return is_whole and node.parent is not None and node.parent.kind == "block"


@dataclass(slots=True)
class _Reader:
    """Walks through what a call becomes, and through what the calls in it become."""

    source: bytes
    find: Find
    steps: list[Step] = field(default_factory=list)
    spoiled: list[Span] = field(default_factory=list)  # of the user's text: read as something else than an expression
    loops: int = 0
    scopes: int = 0  # of the macro's own that are open
    depth: int = 0
    expansions: int = 0
    text: Expansion = None  # type: ignore[assignment]  # set by `read`

    def read(self, expansion: Expansion) -> None:
        """Follow an expansion from its begin to its end."""
        expression = expansion_tree(expansion, "expression")
        tree = expression or expansion_tree(expansion, "statements")
        self.expansions += 1
        if tree is None or self.depth > _DEPTH or self.expansions > _MOST_EXPANSIONS:
            raise _Unclear
        outer, self.text = self.text, expansion
        self.depth += 1
        is_scope = expression is not None and expression.kind == "block"
        self.scopes += is_scope
        if tree.kind == "block" and tree.start == 0 and tree.end == len(expansion.text):
            self._children(tree)
        else:
            self.visit(tree)
        self.scopes -= is_scope
        self.depth -= 1
        self.text = outer

    def items(self, expansion: Expansion) -> Iterator[Span]:
        """The items of an expansion that are the user's, word for word."""
        tree = expansion_tree(expansion, "items")
        self.expansions += 1
        if tree is None or self.expansions > _MOST_EXPANSIONS:
            raise _Unclear
        for node in tree.walk():
            self.text = expansion
            if node.kind in _WITH_CODE and (span := self._own_span(node)) is not None:
                yield span
            elif node.kind == "macro_invocation" and self._has_own(node):
                name, tokens = node.field("macro"), call_range(node)
                for definition in (self.find(name.text.replace(" ", "")) if name is not None else None) or ():
                    inner = expand(definition, expansion, *tokens) if tokens is not None and definition.arms else None
                    yield from self.items(inner) if inner is not None else ()

    def result(self) -> list[Step]:
        """The steps, without arguments that are read as something else, too."""
        bound = [step.span for step in self.steps if step.kind in (StepKind.BIND, StepKind.LET)]
        kept = {
            step.span
            for step in self.steps
            if step.kind in _EVALUATED and not any(_meets(step.span, other) for other in (*self.spoiled, *bound))
        }
        kept = {span for span in kept if not any(_meets(span, other) and other != span for other in kept)}
        taken = [*self.spoiled, *(step.span for step in self.steps)]
        steps = [self._hidden(step, taken) if step.kind is StepKind.LET else step for step in self.steps]
        return [_without(step, kept) for step in steps if step.kind not in _EVALUATED or step.span in kept]

    @staticmethod
    def _hidden(let: Step, taken: Sequence[Span]) -> Step:
        """A `let` whose names the macro reads, too, or binds once more."""
        is_sole = sum(_meets(let.span, span) for span in taken) == 1
        return let if is_sole else let._replace(kind=StepKind.HIDE)

    # 1. whose text it is
    def _spans(self, node: Node) -> Iterator[Span]:
        """The user's text below a node, piece by piece."""
        for segment in self.text.segments_within(node.start, node.end):
            if segment.mark is None:
                yield Span(segment.offset, segment.offset + segment.end - segment.start)

    def _own_span(self, node: Node) -> Span | None:
        """Where the node stands in the call, where it is all the user's and in one piece."""
        begin = end = -1
        at = node.start
        for segment in self.text.segments_within(node.start, node.end):
            length = segment.end - segment.start
            if segment.mark is not None or self.text.text[at : segment.start].strip():
                return None
            if begin < 0:
                begin = segment.offset
            elif segment.offset < end or not _is_gap(self.source[end : segment.offset]):
                return None
            at, end = segment.end, segment.offset + length
        return Span(begin, end) if begin >= 0 and not self.text.text[at : node.end].strip() else None

    def _has_own(self, node: Node) -> bool:
        return next(self._spans(node), None) is not None

    def _spoil(self, node: Node) -> None:
        self.spoiled += self._spans(node)

    # 2. expressions
    def visit(self, node: Node) -> None:
        """What an expression evaluates."""
        if node.kind in COMMENTS or not self._has_own(node):
            return
        if node.field_name in _WORDLESS or node.kind in NO_EXPRESSIONS:
            self._spoil(node)
            return
        span = self._own_span(node)
        if span is not None and node.kind in LITERALS:
            return
        if span is not None and (_is_expression(node) or _is_statement(node)):
            self._argument(node, span)
            return
        handler = _HANDLERS.get(node.kind)
        if handler is not None:
            handler(self, node)
        elif span is not None and not node.parts:
            self.spoiled.append(span)
        else:
            self._children(node)

    def _children(self, node: Node) -> None:
        for child in node.children:
            if child.is_named:
                self.visit(child)

    def _argument(self, node: Node, span: Span) -> None:
        kind = StepKind.ARGUMENT if _is_expression(node) else StepKind.STATEMENT
        if self.loops and any(_leaves(part, node) for part in node.walk()):
            self.spoiled.append(span)  # the macro's loop is what it leaves
        self.steps.append(Step(kind, span))

    # 3. scopes
    def _scoped(self, *nodes: Node | None, bound: Sequence[tuple[Node, Node | None]] = ()) -> None:
        """A scope: names first (each pattern with the code that it is bound for), then what is evaluated in it."""
        self._open()
        for pattern, body in bound:
            self._bind(pattern, body)
        for node in nodes:
            if node is not None:
                self.visit(node)
        self._close()

    def _open(self) -> None:
        self.steps.append(OPEN)
        self.scopes += 1

    def _close(self) -> None:
        self.steps.append(CLOSE)
        self.scopes -= 1

    def _block(self, node: Node) -> None:
        self._open()
        self._children(node)
        self._close()

    def _bind(self, pattern: Node, body: Node | None, kind: StepKind = StepKind.BIND) -> None:
        """The user's names in a pattern; what else a pattern of the macro holds binds nothing of theirs."""
        if not self._has_own(pattern):
            return
        span = self._own_span(pattern)
        if span is None:
            for child in pattern.children:
                if child.field_name in ("type", "condition"):
                    self._spoil(child)
                else:
                    self._bind(child, body, kind)
        elif parse_arm(self.source, *span) is not None:
            self.steps.append(Step(kind, span, self._sole_argument(body)))
        elif pattern.is_named:
            raise _Unclear

    def _sole_argument(self, body: Node | None) -> Span | None:
        """The one argument that the code is, or is made of by a constructor or braces."""
        node = body
        while node is not None and self._has_own(node):
            span = self._own_span(node)
            if span is not None and _is_value_of_block(node):
                node = node.named[0]
                continue
            if span is not None:
                return span if _is_expression(node) else None
            inner = [child for child in _parts_of(node) if self._has_own(child)]
            if len(inner) != 1 or node.kind not in _TRANSPARENT or not _is_transparent(node):
                return None
            node = inner[0]
        return None

    def _arm(self, node: Node) -> None:
        pattern, value = node.field("pattern"), node.field("value")
        if pattern is None or value is None:
            raise _Unclear
        condition = pattern.field("condition")
        names = [child for child in pattern.named if child is not condition]
        self._open()
        if condition is not None:
            for name in names:
                self._bind(name, None)  # by reference, before the arm's own code
            self.visit(condition)
        for name in names:
            self._bind(name, value)
        self.visit(value)
        self._close()

    def _let(self, node: Node) -> None:
        for name in ("value", "alternative"):
            if (part := node.field(name)) is not None:
                self.visit(part)
        if (ty := node.field("type")) is not None:
            self._spoil(ty)
        if (pattern := node.field("pattern")) is not None:
            self._bind(pattern, None, StepKind.BIND if self.scopes else StepKind.LET)

    def _let_condition(self, node: Node) -> None:
        value, pattern, parent = node.field("value"), node.field("pattern"), node.parent
        if value is not None:
            self.visit(value)
        body = None
        if parent is not None and parent.kind in ("if_expression", "while_expression"):
            body = parent.field("consequence") or parent.field("body")
        if pattern is not None:
            self._bind(pattern, body)

    def _if(self, node: Node) -> None:
        self._scoped(node.field("condition"), node.field("consequence"))
        if (alternative := node.field("alternative")) is not None:
            self.visit(alternative)

    def _loop(self, node: Node) -> None:
        pattern, value, body = node.field("pattern"), node.field("value"), node.field("body")
        if value is not None:
            self.visit(value)
        self.loops += 1
        bound = [(pattern, body)] if pattern is not None else []
        self._scoped(node.field("condition"), body, bound=bound)
        self.loops -= 1

    # 4. calls in the macro's own code
    def _macro(self, node: Node) -> None:
        name, tokens = node.field("macro"), node.child("token_tree")
        if name is None or tokens is None:
            raise _Unclear
        path = name.text.replace(" ", "")
        definitions = self.find(path)
        if definitions is None:
            self._known(node, path, tokens)
            return
        before = list(self.steps)
        found: list[Step] | None = None
        for definition in definitions:
            self.steps = []
            if definition.arms is None or (tree := call_range(node)) is None:
                raise _Unclear
            expansion = expand(definition, self.text, *tree)
            if expansion is None:
                continue
            self.read(expansion)
            if self.steps and found and self.steps != found:
                raise _Unclear
            found = self.steps or found
        self.steps = before + (found or [])
        if found is None:
            self._spoil(tokens)

    def _known(self, node: Node, path: str, tokens: Node) -> None:
        """A macro of the table: its arguments are expressions, or are read as a text."""
        row = find_macro(path)
        arguments = arguments_of(tokens) if row is not None and row.entry in _ENTERED else None
        if row is None or arguments is None or (row.entry is Entry.MESSAGE and len(arguments) < _WITH_MESSAGE):
            self._spoil(tokens)
            return
        for argument in arguments:
            argument.parent = node
            value = argument.field("right") if argument.kind == "assignment_expression" else argument
            if value is not None:
                self.visit(value)

    def _leave(self, node: Node) -> None:
        self._spoil(node)


_WITH_MESSAGE = 2
_ENTERED = (Entry.FORMAT, Entry.VALUES, Entry.MESSAGE)
_HANDLERS: dict[str, Callable[[_Reader, Node], None]] = {
    "block": _Reader._block,  # noqa: SLF001 - the class's own table
    "match_arm": _Reader._arm,  # noqa: SLF001
    "let_declaration": _Reader._let,  # noqa: SLF001
    "let_condition": _Reader._let_condition,  # noqa: SLF001
    "if_expression": _Reader._if,  # noqa: SLF001
    **dict.fromkeys(_LOOPS, _Reader._loop),  # noqa: SLF001
    "macro_invocation": _Reader._macro,  # noqa: SLF001
    **dict.fromkeys(_OWN_CODE, _Reader._leave),  # noqa: SLF001
}
_TRANSPARENT = frozenset({"parenthesized_expression", "call_expression", "arguments", "block", "expression_statement"})


def _is_transparent(node: Node) -> bool:
    """Whether the code does nothing but hand its one part on: a constructor, or a block that is just a value."""
    if node.kind == "call_expression":
        function = node.field("function")
        return function is not None and function.text.replace(" ", "").rpartition("::")[2][:1].isupper()
    return node.kind != "block" or len(node.named) == 1


def _is_value_of_block(node: Node) -> bool:
    """Whether it is a statement only for the grammar: a block, an `if` .. with which the block around it ends."""
    return node.kind == "expression_statement" and len(node.children) == 1


def _parts_of(node: Node) -> list[Node]:
    return [child for child in node.named if child.field_name not in _WORDLESS]


def _meets(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _leaves(part: Node, argument: Node) -> bool:
    """Whether it is a way out of a loop that does not stand in the argument itself."""
    if part.kind not in ("break_expression", "continue_expression"):
        return False
    inside = takewhile(lambda one: one is not argument.parent, part.ancestors())
    return part.child("label") is not None or not any(one.kind in _LOOPS for one in inside)


_GAP = re.compile(rb"(?:\s|//[^\n]*\n|/\*.*?\*/)*", re.DOTALL)


def _is_gap(text: bytes) -> bool:
    """Whether nothing but blanks and comments stands there."""
    return _GAP.fullmatch(text) is not None
