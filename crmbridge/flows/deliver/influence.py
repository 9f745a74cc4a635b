"""What campaigns are credited with of deals, as calls of a vendor: each deal's records at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import groupby

from crmbridge.connector import Credit, Pair
from crmbridge.errors import ConnectorError, NotSupported, Refused, Unavailable, Unknown
from crmbridge.flows.retry import patiently
from crmbridge.model.codec import decode_map
from crmbridge.model.record import Outcome, Written
from crmbridge.store.outbox import Op
from crmbridge.system import System

Failed = Callable[[Op, Outcome, ConnectorError], Written]
"""Makes the result of an operation of an error."""


def credited(
    system: System, ops: Sequence[Op], sleep: Callable[[float], None], failed: Failed
) -> list[tuple[Op, Written]]:
    """Send operations, those of one model together; every one gets exactly one result.

    The vendor is asked what is there before anything is written: all of it may be repeated freely.
    """
    out: list[tuple[Op, Written]] = []
    for model, group in groupby(sorted(ops, key=_model), key=_model):
        batch = list(group)
        deals = [_credit(op) for op in batch]
        try:
            told = patiently(lambda m=model, d=deals: system.credit(m, d), sleep)  # type: ignore[misc]
        except Unknown as error:
            out += [(op, failed(op, Outcome.UNKNOWN, error)) for op in batch]
        except Unavailable as error:
            out += [(op, failed(op, Outcome.LATER, error)) for op in batch]
        except (Refused, NotSupported) as error:
            out += [(op, failed(op, Outcome.REFUSED, error)) for op in batch]
        else:
            by_op = {one.op: one for one in told}
            lost = Unknown("the connector gave no result for this deal")
            out += [(op, by_op.get(op.id) or failed(op, Outcome.UNKNOWN, lost)) for op in batch]
    return out


def _model(op: Op) -> str:
    return str(op.payload["model"])


def _credit(op: Op) -> Credit:
    shares = decode_map(op.payload["values"])
    return Credit(
        op=op.id,
        deal=str(op.payload["id"]),
        shares={_pair(name): Decimal(str(value)) for name, value in shares.items()},
        ours=frozenset(map(_pair, op.payload["ours"])),
    )


def _pair(name: str) -> Pair:
    campaign, _, person = name.partition(" ")
    return campaign, person
