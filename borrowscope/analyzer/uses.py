"""What happens to a binding where its name stands: usages, method calls, and what closures capture.

In: the compiler's facts of a file, the file's bindings with the places of their names. Out: records of type-info.json.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from borrowscope.analyzer.bindings import SourceBinding, Use
from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.facts import CallFact, FileFacts, MoveShape
from borrowscope.analyzer.producer import method_name, written_form
from borrowscope.analyzer.type_info import Capture, MethodCall, Usage
from borrowscope.parse.syntax import Node
from borrowscope.text.span import LineIndex, Span
from borrowscope.text.type_names import short_type

UsageKind = Literal["read", "write", "move", "borrow", "borrow_mut", "capture"]
_SELF_BORROWS: dict[str, Literal["immutable", "mutable", "consuming"]] = {
    "&": "immutable",
    "&mut": "mutable",
    "move": "consuming",
}
_STRONGEST: tuple[UsageKind, ...] = ("move", "borrow_mut", "borrow")
_TAKING = frozenset({MoveShape.PARTIAL, MoveShape.OPERAND, MoveShape.DEREF})
_TAKERS = frozenset({"let_declaration", "let_condition", "match_expression"})
_PROJECTIONS = frozenset({"field_expression", "index_expression", "parenthesized_expression"})
_ASSIGNMENTS = frozenset({"assignment_expression", "compound_assignment_expr"})


class UseReader:
    """Answers for one file."""

    def __init__(self, facts: FileFacts, lines: LineIndex) -> None:
        self._facts = facts
        self._lines = lines
        self._callees: dict[Span, CallFact] = {}
        for call in facts.calls:
            if call.callee_span != call.span:
                known = self._callees.setdefault(call.span, call)
                if known.result != call.result:  # a macro's copies of one call
                    self._callees[call.span] = replace(known, result=None, target=None)
        self._moves = {(move.binding, move.span.start) for move in facts.moves if move.shape is not MoveShape.CAPTURE}
        self._borrows = {(borrow.binding, borrow.span.start): borrow.is_mutable for borrow in facts.borrows}
        self._captures: dict[Span, list[tuple[int, str]]] = defaultdict(list)
        for move in facts.moves:
            if move.shape is MoveShape.CAPTURE:
                self._captures[move.span].append((move.binding, "move"))
        for borrow in facts.borrows:
            if borrow.span in facts.closure_spans:
                self._captures[borrow.span].append((borrow.binding, "mut_ref" if borrow.is_mutable else "ref"))
        self._places: list[tuple[int, int, UsageKind]] = sorted(
            [
                *((move.binding, move.span.start, "move") for move in facts.moves if move.shape in _TAKING),
                *((b.binding, b.span.start, "borrow_mut" if b.is_mutable else "borrow") for b in facts.borrows),
            ]
        )
        self._bindings: dict[int, SourceBinding] = {}
        self._used: list[tuple[int, int]] = []  # place of a name, start of its binding

    def learn(self, bindings: Sequence[SourceBinding]) -> None:
        """The file's bindings, to name what is captured."""
        self._bindings = {binding.span.start: binding for binding in bindings}
        places = {use.node.start: binding.span.start for binding in bindings for use in binding.uses}
        self._used = sorted(places.items())

    def usages(self, binding: SourceBinding) -> list[Usage]:
        """Every place of the binding's name, with what the compiler does there."""
        found = []
        for use in binding.uses:
            line, column = self._lines.byte_column(use.node.start)
            found.append(Usage(line=line, column=column, kind=self._kind(binding, use)))
        return found

    def _kind(self, binding: SourceBinding, use: Use) -> UsageKind:
        start, node, parent = binding.span.start, use.node, use.node.parent
        if use.function != binding.function:
            return "capture"
        if parent is not None and parent.kind in _ASSIGNMENTS and parent.field("left") is node:
            return "write"
        if self._writes_part(start, node):
            return "write"
        if (start, node.start) in self._moves:
            return "move"
        if (by_pattern := self._by_pattern(start, node)) is not None:
            return by_pattern
        around = _place_of(node).parent
        for place in (node, around):
            is_reference = place is node or (place is not None and place.kind == "reference_expression")
            is_mutable = self._borrows.get((start, place.start)) if place is not None and is_reference else None
            if is_mutable is not None:
                return "borrow_mut" if is_mutable else "borrow"
        return "read"

    def _writes_part(self, start: int, node: Node) -> bool:
        """`x.f = e`, where the compiler assigns to a part of x itself."""
        place = _place_of(node)
        assignment = place.parent
        if place is node or assignment is None or assignment.kind not in _ASSIGNMENTS:
            return False
        return assignment.field("left") is place and (start, assignment.start) in self._facts.written_parts

    def _by_pattern(self, start: int, node: Node) -> UsageKind | None:
        """`let (a, b) = x`, `match x { Some(y) => .. }`, `S { ..x }`: parts of it are taken or lent."""
        taker = node.parent
        if taker is not None and taker.kind == "base_field_initializer":
            taker = next((above for above in taker.ancestors() if above.kind == "struct_expression"), None)
        elif taker is None or taker.kind not in _TAKERS or taker.field("value") is not node:
            return None
        if taker is None:
            return None
        last = taker.end if taker.kind == "match_expression" else node.start
        first, end = (bisect_left(self._places, (start, place)) for place in (taker.start, last))
        kinds = {kind for _, _, kind in self._places[first:end]}
        return next((kind for kind in _STRONGEST if kind in kinds), None)

    def method_calls(self, binding: SourceBinding, ty: str | None) -> list[MethodCall]:
        """Methods called on the binding itself."""
        return [
            self._method_call(binding, use, call, ty)
            for use in binding.uses
            if (call := _call_on(use.node)) is not None
        ]

    def _method_call(self, binding: SourceBinding, use: Use, call: Node, ty: str | None) -> MethodCall:
        fact = self._callees.get(Span(call.start, call.end))
        callee = parse_callee(fact.callee) if fact is not None else None
        name = method_name(call) or ""
        line, column = self._lines.byte_column(_method_start(call))
        key = (binding.span.start, use.node.start)
        self_borrow: Literal["immutable", "mutable", "consuming"] | None = None
        if key in self._moves:
            self_borrow = "consuming"
        elif key in self._borrows:
            self_borrow = "mutable" if self._borrows[key] else "immutable"
        elif use.function != binding.function:
            self_borrow = _SELF_BORROWS.get(self._facts.captured_uses.get(key, ""))
        elif self._is_copied(key[0], fact):
            self_borrow = "consuming"
        return MethodCall(
            method=name,
            line=line,
            column=column,
            operation=callee.path if callee is not None and callee.is_std else None,
            self_borrow=self_borrow,
            receiver_type=ty,
            result_type=self._result_type(fact),
            trait_name=callee.trait if callee is not None else None,
        )

    def _is_copied(self, start: int, call: CallFact | None) -> bool:
        """Whether a method whose receiver is neither moved nor borrowed took a copy: by value, as it takes `self`."""
        fact = self._facts.bindings.get(start)
        return call is not None and fact is not None and fact.is_copy is True and fact.is_reference is False

    def _result_type(self, call: CallFact | None) -> str | None:
        """What the compiler says of the call, or of the name that its result is bound to."""
        if call is None:
            return None
        bound = self._facts.bindings.get(call.target) if call.target is not None else None
        ty = call.result or (bound.ty if bound is not None else None)
        return short_type(ty) if ty is not None else None

    def captures(self, binding: SourceBinding) -> list[Capture]:
        """What the closure captures that the binding is bound to."""
        closure = written_form(binding.value) if binding.value is not None and binding.is_whole else None
        if closure is None or closure.kind != "closure_expression":
            return []
        found: dict[str, Capture] = {}
        for start, kind in self._captures.get(Span(closure.start, closure.end), ()):
            captured = self._bindings.get(start)
            fact = self._facts.bindings.get(start)
            if captured is not None:
                ty = short_type(fact.ty) if fact is not None and fact.ty is not None else None
                found[captured.name] = Capture(name=captured.name, capture_kind=kind, ty=ty)
        for name, ty in self._copied(closure):
            found.setdefault(name, Capture(name=name, capture_kind="move", ty=ty))
        return [found[name] for name in sorted(found)]

    def _copied(self, closure: Node) -> Iterable[tuple[str, str | None]]:
        """`move` takes a copy of what is `Copy`: no move in the compiler's eyes, a capture all the same."""
        if closure.child("move") is None:
            return
        first, last = (bisect_left(self._used, (place, 0)) for place in (closure.start, closure.end))
        for start in {start for _, start in self._used[first:last]}:
            fact = self._facts.bindings.get(start)
            if fact is not None and fact.is_copy and not closure.start <= start < closure.end:
                yield self._bindings[start].name, short_type(fact.ty) if fact.ty is not None else None


def _place_of(node: Node) -> Node:
    """The whole place that the name begins: `x.a[0]`."""
    place = node
    while place.parent is not None and place.parent.kind in _PROJECTIONS and place.parent.start == node.start:
        place = place.parent
    return place


def _call_on(receiver: Node) -> Node | None:
    """The method call whose receiver is this very node."""
    field = receiver.parent
    if field is None or field.kind != "field_expression" or field.field("value") is not receiver:
        return None
    call = field.parent
    if call is not None and call.kind == "generic_function":
        call = call.parent
    return call if call is not None and call.kind == "call_expression" and method_name(call) is not None else None


def _method_start(call: Node) -> int:
    function = call.field("function")
    if function is not None and function.kind == "generic_function":
        function = function.field("function")
    name = function.field("field") if function is not None else None
    return name.start if name is not None else call.start
