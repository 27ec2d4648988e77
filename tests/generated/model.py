"""The ownership model of a function under construction: which bindings live, moved, borrowed, and where.

In: what the statements do. Out: which bindings a statement may read, move or assign. Conservative: what it allows,
rustc accepts; borrows last to the end of their block.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Status(Enum):
    """What a binding holds at this point, on every path."""

    LIVE = "live"
    PARTIAL = "partial"
    GONE = "gone"  # moved on some path, or initialised on some only
    UNSET = "unset"


@dataclass(slots=True, eq=False)
class Variable:
    """One binding. `left` are the fields that a partial move left; `late` may be assigned once although not `mut`."""

    name: str
    type: str
    is_mut: bool = False
    late: bool = False
    status: Status = Status.LIVE
    left: frozenset[str] = frozenset()
    shared: int = 0
    exclusive: int = 0
    can_move: bool = True
    guarded: int = 0  # guards that may be alive
    is_captured: bool = False  # a closure's own name for what it captured: no binding of its own


Snapshot = dict[Variable, tuple[Status, frozenset[str]]]


@dataclass(slots=True, eq=False)
class Scope:
    """One block. `kind` is block, loop, closure or function; a loop has a label and the states at its breaks."""

    kind: str = "block"
    label: str = ""
    variables: list[Variable] = field(default_factory=list)
    borrowed: list[tuple[Variable, bool]] = field(default_factory=list)
    guarded: list[Variable] = field(default_factory=list)
    breaks: list[Snapshot] = field(default_factory=list)


class Model:
    """The stack of scopes."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    def push(self, scope: Scope) -> None:
        """Enter a block."""
        self.scopes.append(scope)

    def pop(self) -> Scope:
        """Leave a block: its borrows end."""
        scope = self.scopes.pop()
        for variable, exclusive in scope.borrowed:
            if exclusive:
                variable.exclusive -= 1
            else:
                variable.shared -= 1
        for variable in scope.guarded:
            variable.guarded -= 1
        return scope

    def borrow(self, variable: Variable, *, exclusive: bool) -> None:
        """Freeze a variable until the current block ends."""
        if exclusive:
            variable.exclusive += 1
        else:
            variable.shared += 1
        self.scopes[-1].borrowed.append((variable, exclusive))

    def guard(self, variable: Variable) -> None:
        """A guard of the variable lives until the current block ends: it must not be locked again."""
        self.borrow(variable, exclusive=False)
        variable.guarded += 1
        self.scopes[-1].guarded.append(variable)

    def visible(self) -> list[tuple[Variable, int]]:
        """Variables that can be named here, with the number of loops between them and here; innermost first."""
        found: list[tuple[Variable, int]] = []
        names: set[str] = set()
        loops = 0
        for scope in reversed(self.scopes):
            for variable in reversed(scope.variables):
                if variable.name not in names:
                    names.add(variable.name)
                    found.append((variable, loops))
            if scope.kind in ("closure", "function"):
                break
            loops += scope.kind == "loop"
        return found

    def readable(self, *types: str) -> list[Variable]:
        """Variables that may be borrowed here."""
        return [
            v
            for v, _ in self.visible()
            if v.status is Status.LIVE and not v.exclusive and (not types or v.type in types)
        ]

    def movable(self, *types: str, loops: int = 0) -> list[Variable]:
        """Variables that may be moved here; `loops` is how many loops the path leaves afterwards."""
        return [
            v
            for v, between in self.visible()
            if v.status is Status.LIVE
            and not v.shared
            and not v.exclusive
            and v.can_move
            and between <= loops
            and (not types or v.type in types)
        ]

    def partly_movable(self) -> list[Variable]:
        """Structs with a field that may be moved out."""
        return [
            v
            for v, loops in self.visible()
            if v.type == "P"
            and v.status in (Status.LIVE, Status.PARTIAL)
            and not (v.shared or v.exclusive or loops)
            and v.can_move
        ]

    def changeable(self, *types: str) -> list[Variable]:
        """Live `mut` variables that nothing borrows."""
        return [v for v in self.readable(*types) if v.is_mut and not v.shared]

    def assignable(self, *types: str) -> list[Variable]:
        """Variables that may be assigned here, whatever they hold."""
        return [
            v
            for v, loops in self.visible()
            if not v.shared
            and not v.exclusive
            and v.type in types
            and (v.is_mut or (v.late and v.status is Status.UNSET and not loops))
        ]

    def snapshot(self) -> Snapshot:
        """What every variable in scope holds."""
        return {v: (v.status, v.left) for scope in self.scopes for v in scope.variables}

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to another path's state."""
        for variable, (status, left) in snapshot.items():
            variable.status, variable.left = status, left

    def join(self, snapshots: list[Snapshot]) -> None:
        """What holds on all of several paths; a variable that differs can no longer be used."""
        for scope in self.scopes:
            for variable in scope.variables:
                states = {snapshot[variable] for snapshot in snapshots if variable in snapshot}
                if len(states) == 1:
                    variable.status, variable.left = states.pop()
                elif states:
                    variable.status, variable.left = Status.GONE, frozenset()
