"""Values of our own classes as bytes and back, for what is kept between two runs.

In: values, or bytes that `KeptFiles` has proven whole. Out: the other. Bytes name our own classes and nothing else;
what a value refers to and does not own (an open file) goes by a name.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any, Final

_OURS: Final = "borrowscope."
_NO_ANSWERS: Final = (AttributeError, EOFError, ImportError, IndexError, KeyError, TypeError, ValueError)


class Foreign(pickle.UnpicklingError):
    """Bytes that name something else than a class of ours."""


class _Reader(pickle.Unpickler):
    """Reads what `written` wrote: it makes objects of our own classes, and calls nothing else."""

    def __init__(self, content: bytes, named: Callable[[Any], object]) -> None:
        super().__init__(io.BytesIO(content))
        self._named = named

    def find_class(self, module: str, name: str) -> Any:
        if not module.startswith(_OURS):
            raise Foreign(f"{module}.{name}")
        found = super().find_class(module, name)
        if not isinstance(found, type):
            raise Foreign(f"{module}.{name}")
        return found

    def persistent_load(self, pid: Any) -> Any:
        return self._named(pid)


class _Writer(pickle.Pickler):
    """Writes values; objects that have a name are told by it."""

    def __init__(self, file: io.BytesIO, name_of: Callable[[object], object]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._name_of = name_of

    def persistent_id(self, obj: Any) -> Any:
        return self._name_of(obj)


def written(value: object, name_of: Callable[[object], object] | None = None) -> bytes:
    """A value as bytes; `name_of` gives the name of an object that is none of the value's own, else None."""
    if name_of is None:
        return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    file = io.BytesIO()
    _Writer(file, name_of).dump(value)
    return file.getvalue()


def find_read(content: bytes, named: Callable[[Any], object] = lambda name: name) -> Any:
    """The value that was written; None where the bytes are none of `written`. `named` gives objects back by name."""
    try:
        return _Reader(content, named).load()
    except (pickle.UnpicklingError, *_NO_ANSWERS):
        return None


def plainly_written(value: object) -> bytes:
    """A value as bytes that are the same for equal values: nothing in them tells which parts are one object."""
    file = io.BytesIO()
    pickler = pickle.Pickler(file, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.fast = True
    pickler.dump(value)
    return file.getvalue()
