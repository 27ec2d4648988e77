"""Closures, function items and async blocks: types that a body makes itself, and how they are called.

In: their parameters and results as types with variables. Out: `Ty` values that stay themselves under substitution.
"""

from __future__ import annotations

from typing import Final

from borrowscope.analyzer.static.definitions import Function
from borrowscope.analyzer.static.types import CLOSURE, CORO, FN_ITEM, FUNCTION, TUPLE, Kind, Ty, make

CALLABLES: Final = frozenset(
    {
        "std::ops::Fn",
        "std::ops::FnMut",
        "std::ops::FnOnce",
        "std::ops::AsyncFn",
        "std::ops::AsyncFnMut",
        "std::ops::AsyncFnOnce",
    }
)


class Closure(Ty):
    """A closure, by the place of its head; its types are beside it, not inside, so nothing is ever replaced in it."""

    __slots__ = ("is_async", "parameters", "place", "result")

    def __init__(self, place: str, parameters: tuple[Ty, ...], result: Ty) -> None:
        super().__init__(Kind.CLOSURE, CLOSURE, ())
        self.is_async = False
        self.place = place  # as rustc prints it: `src/lib.rs:3:9: 3:12`
        self.parameters = parameters
        self.result = result

    def __repr__(self) -> str:
        return f"{{closure@{self.place}}}"


class AsyncBlock(Ty):
    """An async block; `args[0]` is what awaiting it gives."""

    __slots__ = ("place",)

    def __init__(self, place: str, output: Ty) -> None:
        super().__init__(Kind.CORO, CORO, (output,))
        self.place = place
        self.is_closed = self.is_ground = True

    def __repr__(self) -> str:
        return f"{{async block@{self.place}}}"


class FunctionItem(Ty):
    """A function or constructor by name.

    `args`: the parameters, the result, the `generic_count` generic arguments, and of an associated function the
    `owner_count` types of its owner: what stands for `Self`, then the arguments of its trait.
    """

    __slots__ = ("function", "generic_count", "owner_count", "text", "trait")

    def __init__(
        self,
        function: object,
        text: str,
        args: tuple[Ty, ...],
        generic_count: int,
        owner: tuple[Ty, ...] = (),
        *,
        trait: str = "",
    ) -> None:
        super().__init__(Kind.FN_ITEM, FN_ITEM, args + owner)
        self.function = function
        self.text = text  # the path without the last generic arguments
        self.generic_count = generic_count
        self.owner_count = len(owner)
        self.trait = trait  # the trait of a trait's function

    @property
    def parameters(self) -> tuple[Ty, ...]:
        """The types of the parameters."""
        return self.args[: len(self.args) - self.owner_count - self.generic_count - 1]

    @property
    def result(self) -> Ty:
        """The type of the result."""
        return self.args[len(self.args) - self.owner_count - self.generic_count - 1]

    @property
    def generics(self) -> tuple[Ty, ...]:
        """Its own generic arguments."""
        end = len(self.args) - self.owner_count
        return self.args[end - self.generic_count : end]

    @property
    def self_type(self) -> Ty | None:
        """What stands for `Self` in an associated function."""
        return self.args[len(self.args) - self.owner_count] if self.owner_count else None

    @property
    def trait_args(self) -> tuple[Ty, ...]:
        """The arguments of the trait of a trait's function."""
        return self.args[len(self.args) - self.owner_count + 1 :] if self.owner_count else ()

    @property
    def is_unsafe(self) -> bool:
        """Whether calling it takes an unsafe block."""
        return isinstance(self.function, Function) and self.function.is_unsafe

    def with_args(self, args: tuple[Ty, ...]) -> Ty:
        """The same function with other types."""
        end = len(args) - self.owner_count
        return FunctionItem(self.function, self.text, args[:end], self.generic_count, args[end:], trait=self.trait)


def signature_of(ty: Ty) -> tuple[Ty, Ty] | None:
    """`(the parameters as a tuple, the result)` of what can be called by the language itself."""
    if isinstance(ty, (Closure, FunctionItem)):
        return make(TUPLE, ty.parameters), ty.result
    if ty.kind is Kind.APP and ty.head == FUNCTION:
        return make(TUPLE, ty.args[:-1]), ty.args[-1]
    return None
