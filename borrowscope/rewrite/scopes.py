"""The lexical scopes of one function: its bindings, where each can be observed, and what every name means.

In: the syntax tree of a function and a predicate that tells which identifier patterns bind (the compiler knows:
`None` in a pattern is a constant). Out: a `FunctionScopes`. Names inside macro calls are seen only where its row
or its definition says that they are expressions; names that macros write themselves are none of the function's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from borrowscope.parse.macro_arguments import Step, StepKind
from borrowscope.parse.syntax import COMMENTS, Node, parse_arguments, parse_arm, parse_items, parse_repeat
from borrowscope.rewrite.macro_calls import MacroCalls
from borrowscope.rewrite.macro_rows import row_of
from borrowscope.rewrite.positions import tail_of, takes_constants
from borrowscope.tables.macros import RETURNING, Entry, MacroRow
from borrowscope.tables.syntax_kinds import NAMING_FIELDS, NO_EXPRESSIONS
from borrowscope.text.span import Span


@dataclass(slots=True, eq=False)
class Frame:
    """A function body, a closure or an async block: what captures names (rule 11 of the design).

    `path` is what it adds to the function's path: closures and async blocks are numbered together, as rustc does.
    """

    node: Node
    parent: Frame | None
    path: str = ""
    inner: int = 0

    def nested(self, node: Node) -> Frame:
        """The next closure or async block inside this frame."""
        self.inner += 1
        return Frame(node, self, f"{self.path}::{{closure#{self.inner - 1}}}")


@dataclass(slots=True, frozen=True, eq=False)
class AfterLet:
    """`let PATTERN = VALUE;`, or a macro's call that stands for one: observed behind the semicolon."""

    node: Node


@dataclass(slots=True, frozen=True, eq=False)
class Declared:
    """`let x;`: the guard is declared with the variable and born at its first assignment."""

    node: Node


@dataclass(slots=True, frozen=True, eq=False)
class BodyHead:
    """Parameters, arm bindings, loop variables: observed at the head of the body, which their guards enclose."""

    body: Node


@dataclass(slots=True, frozen=True, eq=False)
class ChainLet:
    """A `let` in a chain of conditions: observed by a further `let` in the chain."""

    node: Node


Anchor = AfterLet | Declared | BodyHead | ChainLet


@dataclass(slots=True, eq=False)
class Binding:
    """One binding of the function. `start` is the byte offset of its name."""

    name: str
    node: Node
    kind: str
    frame: Frame
    anchor: Anchor

    @property
    def start(self) -> int:
        """Byte offset of the name: the key of facts and plans."""
        return self.node.start


@dataclass(slots=True, frozen=True, eq=False)
class Use:
    """A name in expression position; `binding` is None where it means no local variable.

    `is_observed` is False for an arm's own names in its match guard: nothing stands beside them there yet.
    """

    node: Node
    binding: Binding | None
    frame: Frame
    is_observed: bool = True


@dataclass(slots=True)
class FunctionScopes:
    """What one function binds and uses. Spans are keys: an expression is found by its exact byte range."""

    bindings: dict[int, Binding] = field(default_factory=dict)
    uses: dict[int, Use] = field(default_factory=dict)
    expressions: dict[Span, Node] = field(default_factory=dict)
    assignments: list[tuple[Node, Frame]] = field(default_factory=list)
    calls: list[tuple[Node, Frame]] = field(default_factory=list)
    references: list[tuple[Node, Frame]] = field(default_factory=list)
    macros: Counter[str] = field(default_factory=Counter)
    macro_spans: list[Span] = field(default_factory=list)  # token trees that were not entered
    returning: list[int] = field(default_factory=list)  # macros that were entered and may leave the function
    macro_code: list[tuple[int, bytes]] = field(default_factory=list)  # of others that were entered: their own code
    frames: dict[Span, Frame] = field(default_factory=dict)  # by the closure's or async block's span

    def frame_of(self, node: Node) -> Frame | None:
        """The innermost closure or async block around an expression, or the function."""
        spans = (Span(ancestor.start, ancestor.end) for ancestor in node.ancestors())
        return next((self.frames[span] for span in spans if span in self.frames), None)


def read_scopes(
    function: Node, parameters: Node | None, body: Node, is_binding: Callable[[int], bool], macros: MacroCalls
) -> FunctionScopes:
    """Read one function; nested items are left out (they are functions of their own)."""
    walker = _Walker(is_binding, macros)
    walker.function(function, parameters, body)
    return walker.found


_SKIPPED_KINDS = COMMENTS | NO_EXPRESSIONS | {"scoped_identifier"}


class _Walker:
    """Visits a function in evaluation order, so that a name means what it means to rustc."""

    def __init__(self, is_binding: Callable[[int], bool], macros: MacroCalls) -> None:
        self.found = FunctionScopes()
        self._is_binding = is_binding
        self._macros = macros
        self._scopes: list[dict[str, Binding | None]] = []  # None: a name that nothing can be observed of
        self._unobserved: list[Binding] = []
        self._frame: Frame = None  # type: ignore[assignment]  # set by `function` before anything else
        self._handlers: dict[str, Callable[[Node], None]] = {
            "identifier": self._identifier,
            "self": self._identifier,
            "block": self._block,
            "let_declaration": self._let,
            "match_arm": self._arm,
            "if_expression": self._if,
            "while_expression": self._while,
            "for_expression": self._for,
            "closure_expression": self._closure,
            "async_block": self._async,
            "gen_block": self._async,
            "let_condition": self._let_condition,
            "macro_invocation": self._macro,
            "assignment_expression": self._assignment,
            "call_expression": self._call,
            "reference_expression": self._reference,
        }

    # 1. frames and scopes
    @contextmanager
    def _scope(self) -> Iterator[None]:
        self._scopes.append({})
        yield
        self._scopes.pop()

    @contextmanager
    def _inside(self, frame: Frame) -> Iterator[None]:
        outer, self._frame = self._frame, frame
        self.found.frames[Span(frame.node.start, frame.node.end)] = frame
        yield
        self._frame = outer

    def function(self, node: Node, parameters: Node | None, body: Node) -> None:
        with self._scope(), self._inside(Frame(node, None)):
            for parameter in parameters.named if parameters is not None else []:
                receiver = parameter if parameter.kind == "self_parameter" else parameter.field("pattern")
                if receiver is None:
                    continue
                if receiver.kind == "self_parameter":
                    receiver = receiver.child("self")
                if receiver is not None and receiver.kind == "self":
                    self._bind_name(receiver, "self", BodyHead(body))
                elif receiver is not None:
                    self._bind(receiver, "param", BodyHead(body))
            self.visit(body)

    # 2. expressions
    def visit(self, node: Node) -> None:
        if node.kind == "scoped_identifier" and node.field_name not in NAMING_FIELDS:
            self.found.expressions.setdefault(Span(node.start, node.end), node)
        if node.kind in _SKIPPED_KINDS or node.field_name in NAMING_FIELDS:
            return
        if node.is_named and node.kind != "expression_statement":
            self.found.expressions.setdefault(Span(node.start, node.end), node)
        handler = self._handlers.get(node.kind)
        if handler is not None:
            handler(node)
        else:
            self._children(node)

    def _children(self, node: Node) -> None:
        for child in node.children:
            if child.is_named:
                self.visit(child)

    def _identifier(self, node: Node) -> None:
        binding = self._lookup(node.text)
        self.found.uses[node.start] = Use(node, binding, self._frame, binding not in self._unobserved)

    def _lookup(self, name: str) -> Binding | None:
        for scope in reversed(self._scopes):
            if name in scope:
                return scope[name]
        return None

    def _block(self, node: Node) -> None:
        with self._scope():
            self._children(node)

    def _assignment(self, node: Node) -> None:
        self._children(node)
        self.found.assignments.append((node, self._frame))

    def _call(self, node: Node) -> None:
        arguments = node.field("arguments")
        if arguments is not None and takes_constants(node):
            self._visit_field(node, "function")
            for argument in arguments.named:
                if self._names_local(argument):
                    self.visit(argument)
        else:
            self._children(node)
        self.found.calls.append((node, self._frame))

    def _names_local(self, node: Node) -> bool:
        """Whether an argument names a variable, which no constant does."""
        return any(
            part.kind in ("self", "identifier") and any(part.text in scope for scope in self._scopes)
            for part in node.walk()
        )

    def _reference(self, node: Node) -> None:
        self._children(node)
        self.found.references.append((node, self._frame))

    # 3. what binds
    def _let(self, node: Node) -> None:
        value, pattern = node.field("value"), node.field("pattern")
        if value is not None:
            self.visit(value)
        if (alternative := node.field("alternative")) is not None:
            self.visit(alternative)
        if pattern is not None:
            self._bind(pattern, "let" if _is_name(pattern) else "pattern", AfterLet(node) if value else Declared(node))

    def _let_condition(self, node: Node) -> None:
        value, pattern = node.field("value"), node.field("pattern")
        if value is not None:
            self.visit(value)
        if pattern is not None:
            self._bind(pattern, "pattern", self._condition_anchor(node))

    def _condition_anchor(self, node: Node) -> Anchor:
        parent = node.parent
        if parent is not None and parent.kind in ("if_expression", "while_expression"):
            body = parent.field("consequence") or parent.field("body")
            if body is not None:
                return BodyHead(body)
        return ChainLet(node)

    def _if(self, node: Node) -> None:
        with self._scope():
            self._visit_field(node, "condition")
            self._visit_field(node, "consequence")
        self._visit_field(node, "alternative")

    def _while(self, node: Node) -> None:
        with self._scope():
            self._visit_field(node, "condition")
            self._visit_field(node, "body")

    def _visit_field(self, node: Node, name: str) -> None:
        child = node.field(name)
        if child is not None:
            self.visit(child)

    def _for(self, node: Node) -> None:
        pattern, body = node.field("pattern"), node.field("body")
        self._visit_field(node, "value")
        if pattern is None or body is None:
            return
        with self._scope():
            self._bind(pattern, "for", BodyHead(body))
            self.visit(body)

    def _arm(self, node: Node) -> None:
        pattern, value = node.field("pattern"), node.field("value")
        if pattern is None or value is None:
            return
        condition = pattern.field("condition")
        with self._scope():
            for child in pattern.named:
                if child is not condition:
                    self._bind(child, "pattern", BodyHead(value))
            if condition is not None:
                self._guard(condition)
            self.visit(value)

    def _guard(self, condition: Node) -> None:
        """A match guard sees the arm's names by reference, before the arm's body observes them."""
        names = [one for one in self._scopes[-1].values() if one is not None]
        self._unobserved += names
        self.visit(condition)
        self._unobserved = [binding for binding in self._unobserved if binding not in names]

    def _closure(self, node: Node) -> None:
        parameters, body = node.field("parameters"), node.field("body")
        if body is None:
            return
        with self._inside(self._frame.nested(node)), self._scope():
            for parameter in parameters.named if parameters is not None else []:
                pattern = parameter.field("pattern") if parameter.kind == "parameter" else parameter
                if pattern is not None:
                    self._bind(pattern, "closure_param", BodyHead(body))
            self.visit(body)

    def _async(self, node: Node) -> None:
        with self._inside(self._frame.nested(node)):
            self._children(node)

    def _bind(self, pattern: Node, kind: str, anchor: Anchor) -> None:
        for name in _names(pattern):
            self._bind_name(name, kind, anchor)

    def _bind_name(self, name: Node | None, kind: str, anchor: Anchor) -> None:
        if name is None or not self._scopes:
            return
        text = name.text
        if self._is_binding(name.start):
            binding = Binding(text, name, kind, self._frame, anchor)
            self.found.bindings[name.start] = binding
            self._scopes[-1][text] = binding

    # 4. macros
    def _macro(self, node: Node) -> None:
        macro, tokens = node.field("macro"), node.child("token_tree")
        if macro is None or tokens is None:
            return
        name = macro.text.rsplit("::", 1)[-1]
        steps = self._macros.steps(node)
        if steps is not None:
            self._known_macro(node, tokens, name, steps)
            return
        row = row_of(node)
        arguments = _entered_arguments(row, tokens) if row is not None else None
        if row is None or arguments is None:
            self.found.macros[name] += 1
            self.found.macro_spans.append(Span(tokens.start, tokens.end))
            return
        if row.needs_text and row.name in RETURNING:
            self.found.returning.append(node.start)
        for argument in arguments:
            argument.parent = node
            value = argument.field("right") if argument.kind == "assignment_expression" else argument
            if value is not None:
                self.visit(value)

    def _known_macro(self, node: Node, tokens: Node, name: str, steps: list[Step]) -> None:
        """A call whose macro's definition tells what becomes of its arguments."""
        arguments = _arguments(node, steps)
        if arguments is None or not (arguments or any(step.kind in _BINDS_BEHIND for step in steps)):
            self.found.macros[name] += 1
            self.found.macro_spans.append(Span(tokens.start, tokens.end))
            return
        self.found.macro_code.append((node.start, self._macros.code(node)))
        self.found.macro_spans += _rest(tokens, [step.span for step in steps])
        open_scopes = len(self._scopes)
        for step in steps:
            if step.kind is StepKind.OPEN:
                self._scopes.append({})
            elif step.kind is StepKind.CLOSE:
                self._scopes.pop()
            elif step.kind in _BINDS_BEHIND or step.kind is StepKind.BIND:
                self._bind_for(node, step, arguments)
            else:
                for part in arguments.pop(step.span, ()):  # once, though it may be expanded several times
                    self.visit(part)
        del self._scopes[open_scopes:]

    def _bind_for(self, call: Node, step: Step, arguments: dict[Span, list[Node]]) -> None:
        """Names that a macro binds: for an argument, observed at its head, or for what stands behind the call."""
        pattern = parse_arm(call.source, *step.span)
        if pattern is None:
            return
        pattern.parent = call
        known = self.found.bindings
        if step.kind in _BINDS_BEHIND:  # also of names that nobody knows
            self._scopes[-1].update((name.text, None) for name in _names(pattern))
        names = [name for name in _names(pattern) if self._is_binding(name.start)]
        if all(name.start in known for name in names):  # another expansion of the same names
            self._scopes[-1].update((name.text, known[name.start]) for name in names)
        elif step.body is not None and (body := arguments.get(step.body)):
            self._bind(pattern, "pattern", BodyHead(body[0]))
        elif step.kind is StepKind.LET and (statement := _statement_of(call)) is not None:
            self._bind(pattern, "pattern", AfterLet(statement))
        else:
            self._scopes[-1].update((name.text, None) for name in names)
            self.found.macro_spans.append(step.span)


_BINDS_BEHIND = (StepKind.LET, StepKind.HIDE)


def _statement_of(call: Node) -> Node | None:
    """The statement that a call is, with others behind it."""
    statement = call.parent if call.parent is not None and call.parent.kind == "expression_statement" else call
    block = statement.parent
    return statement if block is not None and block.kind == "block" and tail_of(block) is not call else None


def _arguments(call: Node, steps: list[Step]) -> dict[Span, list[Node]] | None:
    """The arguments of a call that its macro evaluates, parsed; None where one does not parse."""
    found: dict[Span, list[Node]] = {}
    for step in steps:
        if step.kind is StepKind.ARGUMENT and step.span not in found:
            parts = parse_arguments(call.source, *step.span)
            if parts is None or len(parts) != 1:
                return None
            parts[0].parent = call
            found[step.span] = parts
        elif step.kind is StepKind.STATEMENT and step.span not in found:
            root = parse_items(call.source, *step.span)
            if root is None:
                return None
            root.parent = call
            found[step.span] = list(root.named)
    return found


def _rest(tokens: Node, spans: list[Span]) -> Iterator[Span]:
    """What a call holds beside these spans, as far as there are words in it."""
    at = tokens.start + 1
    for span in [*sorted(span for span in spans if span.end), Span(tokens.end - 1, tokens.end - 1)]:
        if at < span.start and any(byte in _WORD for byte in tokens.source[at : span.start]):
            yield Span(at, span.start)
        at = max(at, span.end)


_WORD = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
_TEXTS = frozenset({"string_literal", "raw_string_literal"})
_EXPRESSIONS = (Entry.FORMAT, Entry.VALUES, Entry.MESSAGE, Entry.ADDRESS)


def _entered_arguments(row: MacroRow, tokens: Node) -> list[Node] | None:
    if row.entry not in _EXPRESSIONS:
        return None
    arguments = parse_arguments(tokens.source, tokens.start + 1, tokens.end - 1)
    if arguments is None and row.name == "vec":
        arguments = parse_repeat(tokens.source, tokens.start + 1, tokens.end - 1)
    if arguments is None or (row.entry is Entry.MESSAGE and len(arguments) < 2):
        return None
    if row.needs_text:
        text = arguments[1 if row.entry is Entry.MESSAGE else 0 : 2 if row.entry is Entry.MESSAGE else 1]
        return arguments if text and text[0].kind in _TEXTS else None
    return arguments


def _is_name(pattern: Node) -> bool:
    return pattern.kind == "identifier" or (pattern.kind in ("mut_pattern", "ref_pattern") and len(pattern.named) == 1)


def _names(pattern: Node) -> Iterator[Node]:
    """Every identifier of a pattern that may be a binding, in source order."""
    if pattern.kind in ("identifier", "shorthand_field_identifier"):
        yield pattern
        return
    for child in pattern.children:
        if child.field_name in ("type", "condition") or child.kind in _NAMELESS_PATTERNS:
            continue
        if child.kind == "shorthand_field_identifier" or child.is_named:
            yield from _names(child)


_NAMELESS_PATTERNS = frozenset({"scoped_identifier", "macro_invocation", "range_pattern", "const_block"})
