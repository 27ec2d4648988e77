"""Unsafe operations and statics: raw pointers made and followed, unions' fields, unsafe and foreign calls.

In: one function's plan, with the operations that the text tells and what the compiler says of memory. Out: sites, and
notes that leave places, values and the order of evaluation what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from borrowscope.analyzer.callee import parse_callee
from borrowscope.analyzer.facts import StaticFact
from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.accesses import place_around_name, place_of_use
from borrowscope.rewrite.calls import Calls, callee_name
from borrowscope.rewrite.contexts import Constants, opening_statement, whole_place
from borrowscope.rewrite.declared_names import declared_function, declared_static, declared_union
from borrowscope.rewrite.generic_arguments import generic_arguments
from borrowscope.rewrite.macro_rows import row_of
from borrowscope.rewrite.model import Site, SkipReason
from borrowscope.rewrite.nested_items import is_directly_in
from borrowscope.rewrite.notes import Note, Where, emit_notes
from borrowscope.rewrite.plans import RUNTIME_PATH, BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import strip_parentheses
from borrowscope.rewrite.unsafe_calls import place_of_call
from borrowscope.tables.macros import Entry
from borrowscope.text.span import Span
from borrowscope.text.type_names import short_type

_TRANSMUTES = frozenset({"std::mem::transmute", "std::intrinsics::transmute"})
_LAZY = ("std::sync::LazyLock<", "once_cell::sync::Lazy<")
_ADDRESS_MACROS = frozenset({"addr_of", "addr_of_mut"})
_NOTES = {
    "UnsafeFnCall": "track_unsafe_fn_call_with_id",
    "FfiCall": "track_ffi_call_with_id",
    "Transmute": "track_transmute_with_id",
    "UnionFieldAccess": "track_union_field_access_with_id",
    "StaticAccess": "track_declared_static_with_id",
}
_CALL_EVENTS = {
    OperationKind.UNSAFE_CALL: "UnsafeFnCall",
    OperationKind.TARGET_FEATURE_CALL: "UnsafeFnCall",
    OperationKind.FFI_CALL: "FfiCall",
}


def plan_unsafe_operations(plan: FunctionPlan, calls: Calls) -> Callable[[], None]:
    """Number the sites of all unsafe operations, raw pointers and statics; gives what makes the edits."""
    planner = _Planner(plan, calls)
    notes = list(planner.notes())
    planner.report_unseen()
    return lambda: emit_notes(plan, notes)


class _Planner:
    """The notes of one function."""

    def __init__(self, plan: FunctionPlan, calls: Calls) -> None:
        self._plan = plan
        self._calls = calls
        self._constants = Constants(plan.scopes)
        self._seen: set[Span] = set()

    def notes(self) -> Iterator[Note]:
        """One for each, in source order."""
        for node in list(self._plan.scopes.expressions.values()):
            yield from self._pointer(node)
            yield from self._static(node)
            operation = self._plan.file.operation_at(node) if node.kind in _READERS else None
            if operation is not None and operation.span not in self._seen:
                self._seen.add(operation.span)
                yield from _READERS[node.kind](self, node, operation)
            elif operation is None and node.kind in _DECLARED:
                yield from _DECLARED[node.kind](self, node)
        yield from self._statics_in_texts()

    def report_unseen(self) -> None:
        """Operations that stand in macros which are not entered, and in patterns."""
        for operation in self._plan.file.operations.values():
            if operation.span not in self._seen and is_directly_in(self._plan.item.node, operation.span):
                in_macro = any(tokens.contains(operation.span) for tokens in self._plan.scopes.macro_spans)
                reason = SkipReason.MACRO_UNKNOWN if in_macro else _why_unseen(self._plan.item.node, operation.span)
                self._plan.file.skip(operation.span, operation.kind.value, reason)

    def _site(self, event: str, node: Node, fields: dict[str, object]) -> Site:
        site = self._plan.new_site("unsafe_operation", event, node, self._plan.scopes.frame_of(node))
        site.fields = fields
        return site

    def _skip(self, node: Node, construct: str) -> None:
        span = Span(node.start, node.end)
        self._plan.file.skip(span, construct, _why_unseen(self._plan.item.node, span))

    # 1. places
    def deref(self, node: Node, _operation: Operation) -> Iterator[Note]:
        """`*p` of a raw pointer."""
        place = place_of_use(self._plan, self._constants, node)
        if place is None:
            self._skip(node, "raw_deref")
            return
        operand = strip_parentheses(node.named[-1])
        owner = self._plan.plan_of(operand) if operand.kind in ("identifier", "self") else None
        site = self._site("RawPtrDeref", node, {"is_write": self._is_written(node)})
        if owner is not None:
            site.owner, site.depends_on = owner.site.index, (owner.site.index,)
        yield Note(site, node, *place, lambda: self._deref_call(site, owner))

    def _deref_call(self, site: Site, owner: BindingPlan | None) -> str:
        is_known = owner is not None and owner.is_enabled
        instance = f"{owner.guard}.id()" if owner is not None and is_known else f"{RUNTIME_PATH}NONE"
        return f"track_raw_ptr_deref_with_id({self._plan.number_about(site, owner)}, {instance})"

    def _is_written(self, node: Node) -> bool:
        """Whether the place is assigned, or borrowed to be written."""
        place = whole_place(node)
        parent = place.parent
        if parent is not None and place.field_name == "left" and parent.kind in _ASSIGNMENTS:
            return True
        borrows = self._plan.file.facts.mutable_borrows
        spans = [Span(one.start, one.end) for one in (place, parent) if one is not None]
        return any(span in borrows for span in spans)

    def field(self, node: Node, operation: Operation) -> Iterator[Note]:
        """A union's field that is read."""
        place = place_of_use(self._plan, self._constants, node)
        if place is None or operation.kind is not OperationKind.UNION_READ:
            self._skip(node, operation.kind.value)
            return
        union, _, field = (operation.target or "").rpartition("::")
        fields: dict[str, object] = {"union_name": union.rpartition("::")[2] or None, "field_name": field or None}
        site = self._site("UnionFieldAccess", node, fields)
        yield Note(site, node, *place, lambda: self._note(site))

    def declared_field(self, node: Node) -> Iterator[Note]:
        """A field of what the mark says is a union."""
        found = declared_union(self._plan, node)
        place = place_of_use(self._plan, self._constants, node) if found is not None else None
        if found is not None and place is None:
            self._skip(node, OperationKind.UNION_READ.value)
        elif found is not None and place is not None:
            site = self._site("UnionFieldAccess", node, {"union_name": found[0], "field_name": found[1]})
            yield Note(site, node, *place, lambda: self._note(site))

    def _note(self, site: Site) -> str:
        return f"{_NOTES[site.event]}({self._plan.file.number(site)})"

    # 2. calls
    def call(self, node: Node, operation: Operation) -> Iterator[Note]:
        """A call of an unsafe or foreign function: told when its arguments are there."""
        event = _CALL_EVENTS.get(operation.kind)
        function = node.field("function")
        if event is None or function is None or not self._is_confirmed(node, operation):
            self._skip(node, operation.kind.value)
            return
        fields: dict[str, object] = {"fn_name": operation.target or " ".join(function.text.split())}
        if operation.target in _TRANSMUTES:
            event, fields = "Transmute", self._types(node)
        if declared_function(self._plan, node) is not None:
            event = "FfiCall"
        yield from self._called(event, node, fields, operation.kind.value)

    def declared_call(self, node: Node) -> Iterator[Note]:
        """A call of what the mark says is foreign."""
        name = declared_function(self._plan, node)
        if name is not None:
            yield from self._called("FfiCall", node, {"fn_name": name}, OperationKind.FFI_CALL.value)

    def _called(self, event: str, node: Node, fields: dict[str, object], construct: str) -> Iterator[Note]:
        place = place_of_call(self._plan, self._calls, self._constants, node)
        function = node.field("function")
        if place is None or function is None:
            self._skip(node, construct)
            return
        name = callee_name(function) if function.kind == "field_expression" else None
        site = self._site(event, name or node, fields)
        yield Note(site, node, *place, lambda: self._note(site))

    def _is_confirmed(self, node: Node, operation: Operation) -> bool:
        """Whether the compiler calls the same function, as far as it says so."""
        call = self._calls.find(node)
        if call is None or operation.target is None:
            return True
        return parse_callee(call.callee).path.rpartition("::")[2] == operation.target.rpartition("::")[2]

    def _types(self, node: Node) -> dict[str, object]:
        call = self._calls.find(node)
        types = generic_arguments(call.callee) if call is not None else []
        source, target = types if len(types) == len(("from", "to")) else (None, None)
        return {
            "from_type": short_type(source) if source is not None else None,
            "to_type": short_type(target) if target is not None else None,
        }

    # 3. raw pointers
    def _pointer(self, node: Node) -> Iterator[Note]:
        """`EXPR as *const T`, `&raw mut PLACE`, `addr_of!(PLACE)`: the pointer passes through."""
        if not self._makes_pointer(node):
            return
        known = self._pointer_type(node)
        ty = short_type(known) if known is not None else None
        if self._constants.is_constant(node) and self._constants.outermost(node) is not node:
            self._skip(node, "raw_pointer")
            return
        site = self._site("RawPtrCreated", node, {"ptr_type": ty})
        site.ty = ty
        yield Note(site, node, Where.PASSED, node, lambda: f"raw_ptr_created({self._plan.file.number(site)}, ")

    def _pointer_type(self, node: Node) -> str | None:
        """The compiler places `&x as *const T` at `&x`."""
        pointers, value = self._plan.file.facts.raw_pointers, node.field("value")
        known = pointers.get(Span(node.start, node.end))
        if known is None and value is not None and node.kind == "type_cast_expression":
            known = pointers.get(Span(value.start, value.end))
        let = node.parent if known is None and node.field_name == "value" else None
        pattern = let.field("pattern") if let is not None and let.kind == "let_declaration" else None
        fact = self._plan.file.facts.bindings.get(pattern.start) if pattern is not None else None
        return fact.ty if fact is not None and fact.ty is not None and fact.ty.startswith("*") else known

    def _makes_pointer(self, node: Node) -> bool:
        if node.kind == "type_cast_expression":
            ty = node.field("type")
            is_known = Span(node.start, node.end) in self._plan.file.facts.raw_pointers
            return ty is not None and ty.text != "_" and (is_known or ty.kind == "pointer_type")
        if node.kind == "reference_expression":
            return node.child("raw") is not None
        macro = node.field("macro") if node.kind == "macro_invocation" else None
        return macro is not None and macro.text.rpartition("::")[2] in _ADDRESS_MACROS

    # 4. statics
    def _static(self, node: Node) -> Iterator[Note]:
        """A static's name, where more than its address is used."""
        fact = self._plan.file.facts.statics.get(Span(node.start, node.end)) if node.kind in _NAMES else None
        if fact is None:
            yield from self._declared_static(node)
            return
        self._seen.add(fact.span)
        place = place_around_name(self._plan, self._constants, node)
        if place is None or (place[0] is Where.BORROWED and fact.is_write):
            self._skip(node, "static")
            return
        yield self._static_note(node, fact, place, node.text)

    def _declared_static(self, node: Node) -> Iterator[Note]:
        """A use of what the mark says is a static: one of a macro or of another kind."""
        name = declared_static(self._plan, node) if node.kind in _NAMES else None
        place = place_around_name(self._plan, self._constants, node) if name is not None else None
        if name is not None and place is None:
            self._skip(node, "static")
        elif name is not None and place is not None:
            site = self._plan.new_site(
                "unsafe_operation", "StaticAccess", node, self._plan.scopes.frame_of(node), name=name
            )
            site.fields = {"is_write": self._is_written(node)}
            yield Note(site, node, *place, lambda: self._note(site))

    def _statics_in_texts(self) -> Iterator[Note]:
        """`println!("{LIMIT}")`: told before the macro, which looks at it only then."""
        statics = sorted(self._plan.file.facts.statics.values(), key=lambda fact: fact.span.start)
        texts = [node for node in self._plan.scopes.expressions.values() if node.kind in _TEXTS] if statics else []
        for text in texts:
            whole = Span(text.start, text.end)
            for fact in (fact for fact in statics if whole.contains(fact.span)):
                found = _before_macro(text.parent) if text.parent is not None else None
                if found is None:
                    self._plan.file.skip(fact.span, "static", SkipReason.INFERENCE)
                    continue
                call, place = found
                name = text.source[fact.span.start : fact.span.end].decode()
                yield self._static_note(call, fact, place, name)

    def _static_note(self, node: Node, fact: StaticFact, place: tuple[Where, Node], path: str) -> Note:
        name, frame = path.rpartition("::")[2].strip(), self._plan.scopes.frame_of(node)
        init = self._plan.new_site("static", "StaticInit", node, frame, name=name)
        init.fields, init.ty = {"is_mutable": fact.is_mutable}, short_type(fact.ty)
        site = self._plan.new_site("unsafe_operation", "StaticAccess", node, frame, name=name)
        site.fields, site.ty, site.depends_on = {"is_write": fact.is_write}, init.ty, (init.index,)
        is_lazy = _is_lazy(fact)
        return Note(site, node, *place, lambda: self._static_call(path, site, init, is_lazy=is_lazy))

    def _static_call(self, path: str, site: Site, init: Site, *, is_lazy: bool) -> str:
        numbers = f"{self._plan.file.number(site)}, {self._plan.file.number(init)}"
        if is_lazy:
            return f"lazy_static_access({numbers}, &{path})"
        return f"track_static_access_with_id({numbers}, {RUNTIME_PATH}addr_of!({path}))"


def _before_macro(call: Node) -> tuple[Node, tuple[Where, Node]] | None:
    """A macro that formats, and ahead of the statement that it begins; else around it, where its value lives by itself.

    None where it may never look at the text (`assert!`), or cannot be preceded.
    """
    row = row_of(call) if call.kind == "macro_invocation" else None
    if row is None or row.entry is not Entry.FORMAT or row.name == _BORROWING:
        return None
    statement = opening_statement(call)
    if statement is not None:
        return call, (Where.AHEAD, statement)
    return (call, (Where.BEFORE, call)) if row.name in _GIVING else None


def _why_unseen(node: Node, span: Span) -> SkipReason:
    """Outside of macros: what stands in a type, or is an array's length, is computed before the program runs."""
    inner: Node | None = node
    while inner is not None:
        node = inner
        inner = next((one for one in node.named if one.start <= span.start and span.end <= one.end), None)
        is_length = inner is not None and inner.field_name == "length" and node.kind in _ARRAYS
        if is_length or (inner is not None and node.kind == "type_arguments"):
            return SkipReason.CONST_CONTEXT
    return SkipReason.INFERENCE


_ARRAYS = frozenset({"array_type", "array_expression"})
_BORROWING = "format_args"  # what it gives lives as long as the statement around it
_GIVING = frozenset({"format", "write", "writeln", "print", "println", "eprint", "eprintln"})


def _is_lazy(fact: StaticFact) -> bool:
    """Whether the static computes its value when it is followed, and is followed here."""
    is_own_type = fact.ty.rpartition("::")[2] == fact.path.rpartition("::")[2]  # as `lazy_static!` makes it
    return fact.is_followed and (fact.ty.startswith(_LAZY) or is_own_type)


_NAMES = frozenset({"identifier", "scoped_identifier"})
_TEXTS = frozenset({"string_literal", "raw_string_literal"})
_ASSIGNMENTS = frozenset({"assignment_expression", "compound_assignment_expr"})
_DECLARED: dict[str, Callable[[_Planner, Node], Iterator[Note]]] = {
    "field_expression": _Planner.declared_field,
    "call_expression": _Planner.declared_call,
}
_READERS: dict[str, Callable[[_Planner, Node, Operation], Iterator[Note]]] = {
    "unary_expression": _Planner.deref,
    "field_expression": _Planner.field,
    "call_expression": _Planner.call,
}
