"""Tells allocations and cells apart that lay at the same address one after the other.

In: births and ends of the instances that hold an object. Out: the object's text, `0xADDRESS#EPOCH`.
"""

from __future__ import annotations

# Events that may be the first of a new object at their address.
_CHANNEL_ENDS = frozenset({"ChannelSenderNew", "ChannelReceiverNew"})
CREATIONS = _CHANNEL_ENDS | {"RcNew", "ArcNew", "BoxNew", "BoxFromRaw", "RefCellNew", "CellNew", "OnceCellNew"}
# Their object stays where it is when the holder moves.
_HEAP = _CHANNEL_ENDS | {"RcNew", "RcClone", "ArcNew", "ArcClone", "WeakNew", "WeakClone", "BoxNew", "BoxFromRaw"}


class Objects:
    """The objects of one process. An address begins a new epoch when something is made there and nobody holds it."""

    def __init__(self) -> None:
        self._epochs: dict[int, int] = {}
        self._holders: dict[int, set[int]] = {}
        self._held: dict[int, tuple[int, bool]] = {}  # by instance: address, and whether it lies on the heap
        self._raw: set[int] = set()  # given away as raw pointers: a box made of one is the same object

    def see(self, event: str, address: int, instance: int | None) -> str | None:
        """The text of the object that an event names; a birth makes its instance a holder. None for address 0."""
        if address == 0:
            return None
        holders = self._holders.setdefault(address, set())
        if self._begins(event, address, has_holders=bool(holders)):
            self._epochs[address] = self._epochs.get(address, -1) + 1
        if event == "BoxIntoRaw":
            self._raw.add(address)
        elif event in CREATIONS:
            self._raw.discard(address)
        if instance is not None and (event in _HEAP or event in CREATIONS):
            holders.add(instance)
            self._held[instance] = (address, event in _HEAP)
        return f"{address:#x}#{self._epochs.setdefault(address, 0)}"

    def _begins(self, event: str, address: int, *, has_holders: bool) -> bool:
        """Whether the event is the first of a new object; senders are made before receivers, and of new channels."""
        if event == "ChannelSenderNew":
            return True
        is_known = has_holders or (event == "BoxFromRaw" and address in self._raw)
        return event in CREATIONS and not is_known

    def end(self, instance: int) -> None:
        """The instance holds its object no more."""
        held = self._held.pop(instance, None)
        if held is not None:
            self._holders[held[0]].discard(instance)

    def move(self, instance: int, to: int | None) -> None:
        """The instance gives its object to another one, or to nobody that is known."""
        held = self._held.get(instance)
        self.end(instance)
        if held is not None and to is not None and held[1]:
            self._holders[held[0]].add(to)
            self._held[to] = held
