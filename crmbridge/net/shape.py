"""An answer in a shape that nobody expected leaves as one of our errors, never as a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from crmbridge.errors import Unavailable, Unknown

ODD = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What reading a value of another shape raises; errors of our own are none of these."""


@contextmanager
def readable(vendor: str, what: str) -> Iterator[None]:
    """Turn trouble with the shape of an answer into `Unavailable`: it says nothing of records."""
    try:
        yield
    except ODD as error:
        raise Unavailable(
            f"{vendor} gave {what} in a shape that cannot be read ({type(error).__name__}); it is "
            "tried again. If it lasts, report it with the vendor's version."
        ) from None


@contextmanager
def settled(vendor: str, what: str) -> Iterator[None]:
    """Turn trouble with the answer to a write into `Unknown`: it may have been done."""
    try:
        yield
    except ODD as error:
        raise Unknown(
            f"{vendor} answered a write of {what} in a shape that cannot be read "
            f"({type(error).__name__}); it is read back before anything is sent again"
        ) from None
