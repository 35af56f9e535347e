"""Sets of rows as whole numbers: one bit a row, so that « and », « or » and counting are one operation each."""

from collections.abc import Iterable, Sequence
from itertools import compress, islice

_TO_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


def mask_of(positions: Iterable[int], size: int) -> int:
    """The set of these positions, each below `size`."""
    flags = bytearray((size >> 3) + 1)
    for position in positions:
        flags[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(flags, "little")


def flags_of(mask: int, size: int) -> bytes:
    """One byte a row, 1 where the row is in the set."""
    return format(mask, f"0{size}b").encode().translate(_TO_FLAGS)[::-1]


def in_order(mask: int, order: Sequence[int], size: int, start: int, stop: int) -> list[int]:
    """Members of a set in the order given, from the `start`-th to before the `stop`-th."""
    flags = flags_of(mask, size)
    return list(islice(compress(order, map(flags.__getitem__, order)), start, stop))
