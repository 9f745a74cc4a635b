"""A deal's touches packed into bytes as the ledger keeps them, and batches made of many of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING

from crmbridge.policy.revenue.bulk.batch import NEVER, Batch, columns

if TYPE_CHECKING:
    from crmbridge.policy.revenue.bulk.batch import Ints

CONVERTING, DIRECT = 1, 2
"""Bits of a touch's flags: touches of its kind make leads; it was a direct visit."""
OF = ("channel", "campaign", "asset")
"""What a touch names, in their order in a packed touch."""
_TOUCH = Struct("<qBIII")
FIELDS = [("at", "<i8"), ("flags", "u1"), *((name, "<u4") for name in OF)]
"""A packed touch: seconds since 1970, flags, and the numbers of what it names."""


def pack(touches: Iterable[Sequence[int]]) -> bytes:
    """Write touches, each its time, its flags and the numbers of its names."""
    return b"".join(_TOUCH.pack(*one) for one in touches)


Packed = tuple[int, int, int | None, int | None, int | None, str, bytes, str]
"""A deal: its amount in minor units; the end and the start of its window; when the lead and when
the deal was created (`None` for never); why no touch is credited, where none is; its touches; and
other milestones by name, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A batch of deals, and the number of what each touch names, by what it is of."""

    batch: Batch
    named: Mapping[str, Ints]
    why: Sequence[str]


def unpack(deals: Sequence[Packed], milestones: Sequence[str] = ()) -> Unpacked:
    """Read deals as the bulk models take them; `milestones` are those that a model names."""
    import numpy as np

    minor, cutoff, start, lead_created, created, why, packed, others = zip(*deals, strict=True)
    touches = np.frombuffer(b"".join(packed), np.dtype(FIELDS))
    sizes = np.fromiter(map(len, packed), np.int64, len(packed)) // _TOUCH.size
    more = [json.loads(one) for one in others] if milestones else []
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
        others={name: [one.get(name, NEVER) for one in more] for name in milestones},
    )
    named = {name: touches[name].astype(np.int64) for name in OF}
    return Unpacked(batch=batch, named=named, why=why)


def _filled(instants: Iterable[int | None]) -> list[int]:
    return [NEVER if one is None else one for one in instants]
