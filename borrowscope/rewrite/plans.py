"""What is planned for one function before any text is made.

In: nothing, these are values. Out: `BindingPlan` and `MovePlan`, filled by the planning modules in turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from borrowscope.analyzer.facts import BindingFact, FileFacts, MoveFact
from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.parse.functions import FunctionItem
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.choice import EVERYTHING, Choice
from borrowscope.rewrite.edits import Editor
from borrowscope.rewrite.fact_index import FactIndex
from borrowscope.rewrite.model import RewriteOptions, Site, Skipped, SkipReason
from borrowscope.rewrite.positions import statement_of
from borrowscope.rewrite.scopes import Binding, Frame, FunctionScopes
from borrowscope.tables.births import NEW, Birth
from borrowscope.tables.events import Group
from borrowscope.tables.groups import BINDING_GROUPS, ENDING_GROUPS
from borrowscope.tables.trackers import BY_FUNCTION
from borrowscope.text.span import Span

RUNTIME_PATH = "::borrowscope_runtime::site::"


BOUND_KINDS = frozenset({"let", "param", "self", "pattern", "for", "closure_param"})
BINDING_KINDS = BOUND_KINDS | {"assign", "move"}
UNSEEN = "binding"  # the construct of a skipped binding that has no site
# Ways out tell the causes of ends; a function's own guard keeps them apart from its caller's, and so on.
_NEEDED_BY = {
    "exit": ENDING_GROUPS,
    "async": ENDING_GROUPS,
    "await": ENDING_GROUPS,
    "fn": ENDING_GROUPS | {Group.CONTROL_FLOW, Group.TRY},
}


class Placement(Enum):
    """Where a move is told (rules 2 and 3 of the design)."""

    OPERAND = auto()  # `{ guard.moved(S); x }` in the operand's place
    DEREFERENCED = auto()  # `{ guard.part_moved(S); *b }`: an auto-dereferenced receiver
    AFTER_LET = auto()  # `let y = x;`: the guard is handed on behind the statement
    PATTERN = auto()  # a pattern takes it: told where the pattern's names are observed
    CLOSURE = auto()  # a block directly around the closure literal or async block
    LATER_ARGUMENT = auto()  # in a later argument: it gives the closure's parameters their types
    UNMARKED = auto()  # cannot be told


@dataclass(slots=True, eq=False)
class MovePlan:
    """One move, where it is told, and its site. `target` is the binding that receives the value, if one does."""

    fact: MoveFact
    owner: BindingPlan
    placement: Placement
    node: Node
    site: Site | None = None
    target: BindingPlan | None = None
    is_partial: bool = False


@dataclass(slots=True, eq=False)
class BindingPlan:
    """One binding that is observed: its site, its birth, and whether a guard tells its drop."""

    binding: Binding
    fact: BindingFact
    site: Site
    birth: Birth = NEW
    source: BindingPlan | None = None  # borrowed owner, clone source, cell
    source_node: Node | None = None
    birth_call: Node | None = None  # a call that is told by the birth alone
    moved_from: MovePlan | None = None  # `let y = x;`: born by the move of x
    moves: list[MovePlan] = field(default_factory=list)
    assignments: list[Node] = field(default_factory=list)
    is_guarded: bool = True
    is_enabled: bool = True

    @property
    def guard(self) -> str:
        """The name of the guard variable."""
        return f"__bs_{self.site.index}"

    @property
    def end(self) -> str:
        """The event that tells the binding's end."""
        if self.moved_from is not None:
            return self.moved_from.owner.end
        return BY_FUNCTION[self.birth.function].end or "Drop"


@dataclass(slots=True)
class FilePlan:
    """What one file has so far: the sites in order, what is skipped, and the text edits."""

    facts: FileFacts
    options: RewriteOptions
    editor: Editor
    sites: list[Site] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    choice: Choice = EVERYTHING  # of the function that is being planned
    operations: dict[Span, Operation] = field(init=False)  # that need `unsafe`; parentheses belong to their spans
    index: FactIndex = field(init=False)

    def __post_init__(self) -> None:
        """Index what is asked for by place."""
        self.operations = {one.span: one for one in self.facts.operations if one.is_resolved}
        self.index = FactIndex(self.facts)

    def operation_at(self, node: Node) -> Operation | None:
        """The unsafe operation that an expression is."""
        while node.parent is not None and node.parent.kind == "parenthesized_expression":
            node = node.parent
        return self.operations.get(Span(node.start, node.end))

    def number(self, site: Site) -> str:
        """The site's number in emitted calls, as an expression: it says where the event itself is not recorded."""
        number = f"{self.options.file_id * 256 + site.index}"
        if not self.choice.is_told(site.told_with):
            number = f"{RUNTIME_PATH}untold({number})"
        condition = self.choice.condition
        return f"{RUNTIME_PATH}only_if(cfg!({condition}), {number})" if condition else number

    def is_enabled(self, site: Site | None) -> bool:
        """Whether the site may be emitted: healing and options switch single sites off."""
        return site is not None and site.index not in self.options.disabled and self.is_wanted(site)

    def is_wanted(self, site: Site) -> bool:
        """Whether the function's options leave the site anything to do.

        What keeps instances and causes right is emitted without being told where only its own group is off.
        """
        choice = self.choice
        if site.kind in BINDING_KINDS:
            return choice.has_any(BINDING_GROUPS) and (site.name is None or choice.is_wanted(site.name))
        needed = _NEEDED_BY.get(site.kind)
        return choice.is_told(site.told_with) or (needed is not None and choice.has_any(needed))

    def skip(self, span: Span, construct: str, reason: SkipReason, name: str | None = None) -> None:
        """List a construct that is not observed."""
        self.skipped.append(Skipped(span, construct, reason, name))


@dataclass(slots=True)
class FunctionPlan:
    """One traced function while it is planned."""

    file: FilePlan
    item: FunctionItem
    body: Node
    scopes: FunctionScopes
    bindings: dict[int, BindingPlan] = field(default_factory=dict)
    type_parameters: frozenset[str] = frozenset()
    acquired: dict[int, list[Site]] = field(default_factory=dict)  # by the site of a guard's birth: attempts before it

    def new_site(self, kind: str, event: str, node: Node, frame: Frame | None, *, name: str | None = None) -> Site:
        """Number a new site; the order of planning is the order of numbers, whatever healing switched off."""
        statement = statement_of(node)
        site = Site(
            index=len(self.file.sites),
            kind=kind,
            event=event,
            span=Span(node.start, node.end),
            function=self.item.path + (frame.path if frame is not None else ""),
            function_span=Span(self.item.node.start, self.item.node.end),
            statement=Span(statement.start, statement.end),
            name=name,
        )
        self.file.sites.append(site)
        return site

    def number_about(self, site: Site, one: BindingPlan | None) -> str:
        """The number of a site that speaks of an instance: told only where the instance is in the sample."""
        number = self.file.number(site)
        if self.file.choice.threshold is None or one is None or not one.is_enabled:
            return number
        return f"{RUNTIME_PATH}only_if({one.guard}.id() != 0, {number})"

    def acquired_by(self, birth: Site) -> str:
        """What the birth of a guard is told of the attempt that it comes from."""
        attempts = self.acquired.get(birth.index, [])
        return f"{RUNTIME_PATH}LAST" if len(attempts) > 1 else self.attempt_number(next(iter(attempts), None))

    def attempt_number(self, attempt: Site | None) -> str:
        """The bare number of an attempt, by which a guard finds its lock; 0 where it is not known or switched off."""
        if attempt is None or attempt.index in self.file.options.disabled:
            return "0"
        return f"{self.file.options.file_id * 256 + attempt.index}"

    def plan_of(self, node: Node | None) -> BindingPlan | None:
        """The observed binding that a name in expression position means, seen from its own frame only (rule 11)."""
        use = self.scopes.uses.get(node.start) if node is not None else None
        if use is None or use.binding is None or not use.is_observed or use.frame is not use.binding.frame:
            return None
        return self.bindings.get(use.binding.start)
