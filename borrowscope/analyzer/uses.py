"""What happens to a binding where its name stands: usages, method calls, and what closures capture.

In: the compiler's facts of a file, the file's bindings with the places of their names. Out: records of type-info.json.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from borrowscope.analyzer.bindings import SourceBinding, Use
from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.facts import FileFacts, MoveShape
from borrowscope.analyzer.producer import method_name, written_form
from borrowscope.analyzer.type_info import Capture, MethodCall, Usage
from borrowscope.analyzer.type_text import short_type
from borrowscope.parse.syntax import Node
from borrowscope.text.span import LineIndex, Span

UsageKind = Literal["read", "write", "move", "borrow", "borrow_mut", "capture"]
_ASSIGNMENTS = frozenset({"assignment_expression", "compound_assignment_expr"})


class UseReader:
    """Answers for one file."""

    def __init__(self, facts: FileFacts, lines: LineIndex) -> None:
        self._facts = facts
        self._lines = lines
        self._callees = {call.span: call for call in facts.calls if call.callee_span != call.span}
        self._moves = {(move.binding, move.span.start) for move in facts.moves if move.shape is not MoveShape.CAPTURE}
        self._borrows = {(borrow.binding, borrow.span.start): borrow.is_mutable for borrow in facts.borrows}
        self._captures: dict[Span, list[tuple[int, str]]] = defaultdict(list)
        for move in facts.moves:
            if move.shape is MoveShape.CAPTURE:
                self._captures[move.span].append((move.binding, "move"))
        for borrow in facts.borrows:
            if borrow.span in facts.closure_spans:
                self._captures[borrow.span].append((borrow.binding, "mut_ref" if borrow.is_mutable else "ref"))
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
        if (start, node.start) in self._moves:
            return "move"
        for place in (node, parent):
            is_reference = place is node or (place is not None and place.kind == "reference_expression")
            is_mutable = self._borrows.get((start, place.start)) if place is not None and is_reference else None
            if is_mutable is not None:
                return "borrow_mut" if is_mutable else "borrow"
        return "read"

    def method_calls(self, binding: SourceBinding, ty: str | None) -> list[MethodCall]:
        """Methods called on the binding itself."""
        return [
            self._method_call(binding, use.node, call, ty)
            for use in binding.uses
            if (call := _call_on(use.node)) is not None
        ]

    def _method_call(self, binding: SourceBinding, receiver: Node, call: Node, ty: str | None) -> MethodCall:
        fact = self._callees.get(Span(call.start, call.end))
        callee = parse_callee(fact.callee) if fact is not None else None
        name = method_name(call) or ""
        line, column = self._lines.byte_column(_method_start(call))
        key = (binding.span.start, receiver.start)
        self_borrow: Literal["immutable", "mutable", "consuming"] | None = None
        if key in self._moves:
            self_borrow = "consuming"
        elif key in self._borrows:
            self_borrow = "mutable" if self._borrows[key] else "immutable"
        return MethodCall(
            method=name,
            line=line,
            column=column,
            operation=callee.path if callee is not None and callee.is_std else None,
            self_borrow=self_borrow,
            receiver_type=ty,
            result_type=self._result_type(fact.target if fact is not None else None),
            trait_name=callee.trait if callee is not None else None,
        )

    def _result_type(self, target: int | None) -> str | None:
        """Known where the result is bound to a name."""
        fact = self._facts.bindings.get(target) if target is not None else None
        return short_type(fact.ty) if fact is not None and fact.ty is not None else None

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
