"""Named constants that are as fast as attributes: each access to a member of an `Enum` costs several function calls.

In: a class with annotated names. Out: the same with an object of its own for each name, told apart by identity.
"""

from __future__ import annotations


class Constant:
    """A named constant. A subclass annotates the names: `APP: ClassVar[Kind]`; classes further down inherit them."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __init_subclass__(cls) -> None:
        """Make the constants."""
        for name in cls.__annotations__:
            setattr(cls, name, cls(name))

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"
