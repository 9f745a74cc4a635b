"""A deal's touches packed into bytes as the ledger keeps them, and batches made of many of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from crmbridge.policy.revenue.bulk.batch import NEVER, Batch, columns

if TYPE_CHECKING:
    from crmbridge.policy.revenue.bulk.batch import Ints

CONVERTING, DIRECT = 1, 2
"""Bits of a touch's flags: touches of its kind make leads; it was a direct visit."""
OF = ("channel", "campaign", "asset")
"""What a touch names, in their order in a packed touch."""
_TOUCH = Struct("<qBIII")
"""Seconds since 1970, flags, and the numbers of what it names."""
_FIELDS = [("at", "<i8"), ("flags", "u1"), *((name, "<u4") for name in OF)]


def pack(touches: Iterable[Sequence[int]]) -> bytes:
    """Write touches, each its time, its flags and the numbers of its names."""
    return b"".join(_TOUCH.pack(*one) for one in touches)


class Packed(NamedTuple):
    """A deal: its amount in minor units, its window and milestones (`None` for never), its touches.

    `why` says why no touch is credited, where none is. `others` may be left empty where no model
    asks for them.
    """

    minor: int
    cutoff: int
    start: int | None
    lead_created: int | None
    created: int | None
    why: str
    touches: bytes
    others: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A batch of deals, and the number of what each touch names, by what it is of."""

    batch: Batch
    named: Mapping[str, Ints]
    why: Sequence[str]


def unpack(deals: Sequence[Packed], milestones: Iterable[str] = ()) -> Unpacked:
    """Read deals as the bulk models take them; `milestones` are those that a model names."""
    import numpy as np

    minor, cutoff, start, lead_created, created, why, packed, others = zip(*deals, strict=True)
    touches = np.frombuffer(b"".join(packed), np.dtype(_FIELDS))
    sizes = np.fromiter(map(len, packed), np.int64, len(packed)) // _TOUCH.size
    batch = columns(
        first=np.concatenate([[0], np.cumsum(sizes)]),
        minor=minor,
        cutoff=cutoff,
        start=_filled(start),
        lead_created=_filled(lead_created),
        created=_filled(created),
        at=touches["at"],
        converting=(touches["flags"] & CONVERTING) != 0,
        direct=(touches["flags"] & DIRECT) != 0,
        others={name: [one.get(name, NEVER) for one in others] for name in milestones},
    )
    named = {name: touches[name].astype(np.int64) for name in OF}
    return Unpacked(batch=batch, named=named, why=why)


def _filled(instants: Iterable[int | None]) -> list[int]:
    return [NEVER if one is None else one for one in instants]
