"""A dict of functions that are lowered when they are asked for: most impls are asked for one of many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

_Value = TypeVar("_Value")


class LazyMembers(dict[str, _Value]):
    """Names are there from the start; a value is made on first access."""

    __slots__ = ("_make", "_open")

    def __init__(self, names: Iterable[str], make: Callable[[str], _Value]) -> None:
        super().__init__(dict.fromkeys(names))  # type: ignore[arg-type]
        self._make = make
        self._open = set(self)

    def __getitem__(self, name: str) -> _Value:
        if name in self._open:
            self._open.discard(name)
            super().__setitem__(name, self._make(name))
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or the default where there is no such name."""
        return self[name] if name in self else default  # noqa: SIM401 - this is what makes the value

    def values(self) -> Any:
        """All values, made."""
        self._complete()
        return super().values()

    def items(self) -> Any:
        """All pairs, made."""
        self._complete()
        return super().items()

    def _complete(self) -> None:
        for name in list(self._open):
            self[name]
