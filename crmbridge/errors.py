"""Every error that crmbridge raises, sorted by what to do next.

CrmBridgeError
├── ConfigError          a person edits a file or a setting
│   └── MappingError     … the file that maps objects and fields
├── LedgerError          the ledger cannot be used as it is
│   └── LedgerBusy       another process writes it: wait, or stop that one (exit code 3)
├── LinkRefused          a link that somebody clicked is not ours, or not good any more
├── StopError            crmbridge stopped itself before doing harm (exit code 3)
└── ConnectorError       a vendor, or the way to it
    ├── Unavailable      later, unchanged
    │   └── Throttled    … not before `retry_after` seconds
    ├── AuthFailed       pause this system and tell a person
    ├── Refused          never again as it is: hold it with the vendor's words
    ├── NotSupported     the vendor, or this account, cannot do it
    └── Unknown          a write whose outcome nobody knows: read back before anything is sent again
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

UNREADABLE = (
    *(ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError),
)
"""What Python raises of a value that nobody thought of; never one of the errors below."""


def place_of(error: BaseException) -> str:
    """Where an error arose, such as `OverflowError in deals.py:126`, without its text.

    The text may repeat the value, which may be personal data.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = type(error).__name__
    if trace is None:
        return name
    return f"{name} in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


class CrmBridgeError(Exception):
    """Root of all errors of crmbridge; its text says what, where and what to do next."""


class ConfigError(CrmBridgeError):
    """A file, a setting or a credential is wrong; a person edits it."""


class MappingError(ConfigError):
    """The mapping names an object, a field or a value that does not exist."""


class LedgerError(CrmBridgeError):
    """The ledger cannot be opened or does not hold what it should."""


class LedgerBusy(LedgerError):
    """Another process holds the ledger's writer lease."""


class LinkRefused(CrmBridgeError):
    """A link that somebody clicked is refused; its text is for them.

    `why` is `forged`, `expired`, `foreign`, or `changed`: what it is for is not as it was.
    """

    def __init__(self, message: str, *, why: str) -> None:
        super().__init__(message)
        self.why = why


class StopError(CrmBridgeError):
    """crmbridge stopped itself before doing harm; nothing was written."""


class ConnectorError(CrmBridgeError):
    """A vendor, or the way to it, failed.

    `request_id` is the vendor's own id of the request, for its support desk; empty when unknown.
    """

    def __init__(self, message: str, *, request_id: str = "") -> None:
        super().__init__(f"{message} (vendor request {request_id})" if request_id else message)
        self.request_id = request_id


class Unavailable(ConnectorError):
    """Nothing was changed; the same call may be tried later.

    `late` says that the vendor took the call and no whole answer came in time, `large` that the
    answer is larger than we take: less at once may do.
    """

    def __init__(
        self, message: str, *, late: bool = False, large: bool = False, request_id: str = ""
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.late = late
        self.large = large


class Throttled(Unavailable):
    """The vendor, or our own share of its quota, says not now.

    `retry_after` is in seconds and never negative; `daily` says that a day's quota is used up.
    """

    def __init__(
        self, message: str, *, retry_after: float = 0.0, daily: bool = False, request_id: str = ""
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.retry_after = max(0.0, retry_after)
        self.daily = daily


class AuthFailed(ConnectorError):
    """The vendor does not accept the credential; pause the system and tell a person."""


class RefusalCause(StrEnum):
    """Why a vendor refuses, in words of ours: all that the core acts on.

    A vendor's own code is shown to people and never asked.
    """

    OWNER = "owner"
    """Who was to own the record cannot: unknown, inactive, without a licence. The lead is given to
    somebody else."""
    FIELD = "field"
    """A value is not taken. The field is held, and the rest of the record is written."""
    NO_FIELD = "no_field"
    """There is no such field, or it is not shown to us: our description of the object is old."""
    DUPLICATE = "duplicate"
    """Another record has a value that must be unique. A person decides."""
    TRACK = "track"
    """There is no such nurture track."""
    LOCKED = "locked"
    """The record is closed to writers, by an approval for example."""
    RIGHTS = "rights"
    """The credential may not do this."""
    UNABLE = "unable"
    """The vendor, this account or this connector cannot do it at all."""


class Refused(ConnectorError):
    """The vendor will never accept this as it is.

    `code` is the vendor's machine-readable reason, `field` the vendor field at fault, `cause` the
    reason in our words; each may be empty.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        field: str = "",
        cause: RefusalCause | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message, request_id=request_id)
        self.code = code
        self.field = field
        self.cause = cause


class CursorGone(ConnectorError):
    """A cursor leads nowhere any more: the vendor forgot it, or it is not of this connector's form.

    `obj` is the object that was read. The core forgets the cursor and reads the object anew, so no
    person has to do anything.
    """

    def __init__(self, message: str, *, obj: str, request_id: str = "") -> None:
        super().__init__(message, request_id=request_id)
        self.obj = obj


class NotSupported(ConnectorError):
    """The vendor, this account or this connector cannot do what was asked."""


class Unknown(ConnectorError):
    """A write was sent and its outcome is not known; it may have happened."""
