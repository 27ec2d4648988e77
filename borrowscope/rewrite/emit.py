"""The text of what is inserted: births, drops' guards, moves, assignments (rules 1 to 5 of the design).

In: one function's settled plan. Out: insertions in the file's editor, each on behalf of its site.
"""

from __future__ import annotations

from collections import defaultdict

from borrowscope.parse.functions import cfgs_before, cfgs_of
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.constructs import Reassigned
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.plans import RUNTIME_PATH, BindingPlan, FunctionPlan, MovePlan, Placement
from borrowscope.rewrite.positions import (
    ends_in_untyped_closure,
    head_of_block,
    needs_parentheses,
    starts_statement,
    starts_with_block,
    strip_parentheses,
    tail_of,
)
from borrowscope.rewrite.scopes import AfterLet, BodyHead, ChainLet, Declared
from borrowscope.tables.births import NEW, Producer


class Emitter:
    """Makes the insertions of one function."""

    def __init__(self, plan: FunctionPlan) -> None:
        self._plan = plan
        self._file = plan.file
        self._editor = plan.file.editor
        self._heads: dict[int, list[BindingPlan]] = defaultdict(list)
        self._bodies: dict[int, Node] = {}
        self._pattern_moves: dict[int, list[MovePlan]] = defaultdict(list)
        self._moves = [move for one in plan.bindings.values() for move in one.moves]

    def heads(self, guards: list[tuple[Node, Site, str]]) -> None:
        """Observe every binding; `guards` stand first in their bodies, in this order: site and call of each."""
        for move in self._moves:
            if move.placement in _WITH_TARGET and move.target is not None:
                self._pattern_moves[move.target.binding.start].append(move)
        for one in self._plan.bindings.values():
            self._binding(one)
        notes: dict[int, list[tuple[Site, str]]] = defaultdict(list)
        for body, site, call in guards:
            self._bodies[body.start] = body
            notes[body.start].append((site, call))
        for start, body in self._bodies.items():
            self._head(body, self._heads[start], notes[start])

    def moves(self) -> None:
        """Tell the moves; after the heads, so that a body that is just the operand nests in its head."""
        for move in self._moves:
            if move.placement not in _WITH_TARGET:
                self._move(move)

    # 1. births
    def _binding(self, one: BindingPlan) -> None:
        anchor = one.binding.anchor
        if isinstance(anchor, BodyHead):
            self._heads[anchor.body.start].append(one)
            self._bodies[anchor.body.start] = anchor.body
        elif isinstance(anchor, AfterLet):
            self._after_let(one, anchor.node)
        elif isinstance(anchor, Declared):
            if one.is_enabled:
                silent = f"{RUNTIME_PATH}vacant(){self._suffix(one)}"
                text = f" {cfgs_of(anchor.node)}let mut {one.guard} = {silent};"
                self._editor.after(anchor.node.start, anchor.node.end, text, one.site.index)
        elif isinstance(anchor, ChainLet):
            self._chain(one, anchor.node)

    def _suffix(self, one: BindingPlan) -> str:
        return "" if one.is_guarded else ".unguarded()"

    def _mutable(self, one: BindingPlan) -> str:
        return "mut " if one.assignments else ""

    def _owner(self, one: BindingPlan | None) -> str:
        return f"{one.guard}.id()" if one is not None and one.is_enabled else f"{RUNTIME_PATH}NONE"

    def birth(self, one: BindingPlan, site: Site) -> str:
        """The expression that records a birth and yields the guard."""
        row = one.birth if site is one.site or one.birth.producer is Producer.GUARD else NEW
        move = one.moved_from if site is one.site else None
        number = self._file.number(site)
        if move is not None and move.owner.is_enabled:
            return f"{move.owner.guard}.moved_to({number}){self._suffix(one)}"
        if move is not None:
            row = NEW
        attempt = self._plan.acquired_by(site)
        arguments = row.arguments.format(value=one.binding.name, owner=self._owner(one.source), attempt=attempt)
        return self._sampled(f"{RUNTIME_PATH}{row.function}({number}, {arguments})") + self._suffix(one)

    def _sampled(self, birth: str) -> str:
        """A birth that is recorded for a share of the instances; one that moves keeps its fate."""
        threshold = self._file.choice.threshold
        if threshold is None:
            return birth
        return f"(if {RUNTIME_PATH}sampled({threshold}) {{ {birth} }} else {{ {RUNTIME_PATH}vacant() }})"

    def _statements(self, one: BindingPlan) -> list[str]:
        """The moves that the binding's pattern makes, and its guard."""
        moves = dict.fromkeys(self._taken(move) for move in self._pattern_moves[one.binding.start])
        statements = [move for move in moves if move]
        if one.is_enabled:
            guard = f"let {self._mutable(one)}{one.guard} = {self.birth(one, one.site)};"
            statements.append(_own_cfgs(one) + guard)
        return statements

    def _taken(self, move: MovePlan) -> str:
        """A move by pattern, told next to the name that takes the value; `let y = x;` is told by y's birth."""
        if not (move.owner.is_enabled and self._file.is_enabled(move.site)) or move.site is None:
            return ""
        if move.target is not None and move.target.moved_from is move and move.target.is_enabled:
            return ""
        method = "part_moved" if move.is_partial else "moved"
        return f"{move.owner.guard}.{method}({self._file.number(move.site)});"

    def _after_let(self, one: BindingPlan, let: Node) -> None:
        cfgs = cfgs_of(let)
        text = "".join(f" {cfgs}{statement}" for statement in self._statements(one))
        if text:
            self._editor.after(let.start, let.end, text, one.site.index)

    def _chain(self, one: BindingPlan, condition: Node) -> None:
        if one.is_enabled:
            text = f" && let {self._mutable(one)}{one.guard} = {self.birth(one, one.site)}"
            self._editor.after(condition.start, condition.end, text, one.site.index)

    # 2. heads of bodies
    def _head(self, body: Node, bindings: list[BindingPlan], guards: list[tuple[Site, str]]) -> None:
        texts = [
            (site.index, f"let __bs_{site.index} = {RUNTIME_PATH}{call};")
            for site, call in guards
            if self._file.is_enabled(site)
        ]
        texts += [(one.site.index, " ".join(self._statements(one))) for one in bindings]
        texts = [(index, text) for index, text in texts if text]
        if not texts:
            return
        encloses = self._encloses(body)
        if body.kind == "block":
            self._block_head(body, texts, encloses=encloses)
        else:
            self._expression_head(body, texts, encloses=encloses)

    def _encloses(self, body: Node) -> bool:
        """Before edition 2024 a tail's temporaries die after the block's variables: the guards must outlive them."""
        if self._file.options.edition >= "2024":
            return False
        return (body.kind != "block" or tail_of(body) is not None) and not ends_in_untyped_closure(body)

    def _block_head(self, body: Node, texts: list[tuple[int, str]], *, encloses: bool) -> None:
        at = head_of_block(body)
        for index, text in texts:
            self._editor.open(at, body.end, f" {text}", index)
        if encloses:
            self._editor.open(at, body.end, " match () { () => {", texts[0][0])
            self._editor.close(body.start, body.end - 1, "} } ", texts[0][0])

    def _expression_head(self, body: Node, texts: list[tuple[int, str]], *, encloses: bool) -> None:
        guards = " ".join(text for _, text in texts)
        before, behind = ("{ %s match () { () => ", " } }") if encloses else ("{ %s ", " }")
        if starts_with_block(body):
            before, behind = before + "(", ")" + behind
        self._editor.wrap(body, before % guards, behind, texts[0][0])

    # 3. moves
    def _move(self, move: MovePlan) -> None:
        if move.site is None or not move.owner.is_enabled or not self._file.is_enabled(move.site):
            return
        method = "part_moved" if move.is_partial else "moved"
        note = f"{move.owner.guard}.{method}({self._file.number(move.site)});"
        placers = {
            Placement.OPERAND: self._operand,
            Placement.DEREFERENCED: self._operand,
            Placement.CLOSURE: self._operand,
            Placement.LATER_ARGUMENT: self._later_argument,
        }
        if move.placement in placers:
            placers[move.placement](move, note, move.site.index)

    def _operand(self, move: MovePlan, note: str, site: int) -> None:
        """A block in the operand's place, or around the closure that captures; a shorthand field is spelled out."""
        node = move.node
        inner = strip_parentheses(node)
        shorthand = inner if inner.kind == "shorthand_field_initializer" else inner.parent
        if shorthand is not None and shorthand.kind == "shorthand_field_initializer":
            self._editor.wrap(shorthand, f"{move.owner.binding.name}: {{ {note} ", " }", site)
            return
        star = "*" if move.placement is Placement.DEREFERENCED else ""
        is_leading = needs_parentheses(node) or starts_statement(node)
        before, behind = ("({ ", " })") if is_leading else ("{ ", " }")
        self._editor.wrap(node, f"{before}{note} {star}", behind, site)

    def _later_argument(self, move: MovePlan, note: str, site: int) -> None:
        self._editor.wrap(move.node, f"({note.removesuffix(';')}, ", ").1", site)

    # 4. assignments
    def assignment(self, node: Node, targets: list[Reassigned]) -> None:
        """The old instances end, the new ones are born, after the assignment has happened."""
        calls = [(one.site.index, self._replaced(one)) for one in targets if self._file.is_enabled(one.site)]
        calls = [(index, text) for index, text in calls if text]
        if not calls:
            return
        statement = node.parent
        if statement is not None and _ends_with_semicolon(statement) and not _has_temporaries(node):
            cfgs = cfgs_of(statement)
            for index, text in calls:
                guarded = f" {cfgs}{{ {text} }}" if cfgs else f" {text}"
                self._editor.after(statement.start, statement.end, guarded, index)
        else:
            self._editor.wrap(node, "(", ", { " + " ".join(text for _, text in calls) + " }).0", calls[0][0])

    def _replaced(self, target: Reassigned) -> str:
        one = target.owner
        if one is None:
            return self._replaced_unseen(target.site)
        if not one.is_enabled:
            return ""
        birth = self.birth(one, target.site)
        return f"{one.guard} = {RUNTIME_PATH}assigning(){self._suffix(one)}; {one.guard} = {birth};"

    def _replaced_unseen(self, site: Site) -> str:
        """Inside a closure no instance is known: an end and a birth without one, where both are told of all."""
        choice = self._file.choice
        is_told = choice.is_told("Drop") and choice.is_told("New") and choice.threshold is None
        return f"{RUNTIME_PATH}replaced({self._file.number(site)});" if is_told else ""


_WITH_TARGET = (Placement.PATTERN, Placement.AFTER_LET)


def _ends_with_semicolon(node: Node) -> bool:
    return node.kind == "expression_statement" and node.children[-1].kind == ";"


def _has_temporaries(assignment: Node) -> bool:
    """Whether temporaries of the right side may die at the end of the statement, behind the old value."""
    right = assignment.field("right")
    calls = [one for one in right.walk() if one.kind in _MAKES_TEMPORARIES] if right is not None else []
    return len(calls) > 1 or any(call is not right for call in calls)


_MAKES_TEMPORARIES = frozenset({"call_expression", "macro_invocation", "index_expression", "await_expression"})


def _own_cfgs(one: BindingPlan) -> str:
    """The `#[cfg]`s of the parameter or field that binds the name: its guard exists only where that does."""
    holder = next((node for node in one.binding.node.ancestors() if node.kind in _HOLDERS), None)
    if holder is None or holder.kind not in _WITH_CFGS:
        return ""
    return _WITH_CFGS[holder.kind](holder)


_WITH_CFGS = {"parameter": cfgs_of, "field_pattern": cfgs_before}
_HOLDERS = frozenset({*_WITH_CFGS, "let_declaration", "closure_expression", "match_arm", "block"})
