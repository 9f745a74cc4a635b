"""What PostgreSQL's errors mean, in words for who runs crmbridge."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from crmbridge.errors import LedgerBusy, LedgerError

_LOST = (
    "the connection was lost, or the server is stopping: this step was kept whole or not at all, "
    "and what is missing is done again once the server answers"
)
_FULL = "the server's disk is full: free space; nothing of this step was kept"
_WHO = "user or password are wrong: check CRMBRIDGE_LEDGER, or the file that PGPASSFILE names"
_NONE = "there is no such database: make it (`createdb`), or check CRMBRIDGE_LEDGER"
_RIGHT = (
    "this user may not do that: let it own the database, or grant it CREATE and USAGE on the schema"
)
_MANY = "the server has no connection left: raise its max_connections, or stop what holds them"
_POOLED = (
    "a pooler gives its statements to other connections: turn prepared statements on in the "
    "pooler, or have it give whole sessions (pool_mode = session)"
)
_READ = "it takes no writes: name the primary server, and not a copy of it"
_AWAY = "no server answers there: check host and port, and whether it runs"
_IDLE = (
    "the server ended a transaction that was too long for it: raise its "
    "idle_in_transaction_session_timeout and transaction_timeout for this user; nothing of this "
    "step was kept"
)
_CUT = (
    "the server ended a statement, because somebody asked it to or it took too long: raise its "
    "statement_timeout for this user, or try again"
)
_PROOF = (
    "the server's certificate cannot be checked: name the file of those who signed it as "
    "sslrootcert in CRMBRIDGE_LEDGER, or sslrootcert=system for those that this machine trusts"
)
_PLAIN = "the server takes no encrypted connection, and CRMBRIDGE_LEDGER asks for one: see sslmode"
_TLS = "no encrypted connection came about: see sslmode, sslcert and sslkey in CRMBRIDGE_LEDGER"
_VALUE = "CRMBRIDGE_LEDGER has an option with a wrong value"
_OPTION = "CRMBRIDGE_LEDGER has an option that libpq does not know"
_SERVICE = "its service is in no service file: check CRMBRIDGE_LEDGER and PGSERVICEFILE"
_DAMAGED = "the server says that it is damaged: stop, and restore a backup"
_OURS = "it does not have the tables that it should: restore a backup"

_STATES = {
    "28": _WHO,
    "3D000": _NONE,
    "42501": _RIGHT,
    "53100": _FULL,
    "53300": _MANY,
    "53400": _MANY,
    "26000": _POOLED,
    "42P05": _POOLED,
    "25006": _READ,
    "42P01": _OURS,
    "42703": _OURS,
    "25P03": _IDLE,
    "25P04": _IDLE,
    "08": _LOST,
    "57P": _LOST,
    "XX": _DAMAGED,
}
"""By the server's own code, or by how it begins."""

_BUSY = ("55P03", "40001", "40P01")
"""Codes of a wait that was too long, and of two transactions in each other's way."""

_WORDS = (
    # of a connection that was at work
    ("SSL SYSCALL", _LOST),
    ("closed unexpectedly", _LOST),
    ("server closed the connection", _LOST),
    # before what does not exist: these tell of files
    ("root certificate", _PROOF),
    ("certificate verify failed", _PROOF),
    ("does not match host name", _PROOF),
    ("does not support SSL", _PLAIN),
    ("invalid sslmode", _VALUE),
    ("SSL error", _TLS),
    ("certificate file", _TLS),
    ("private key file", _TLS),
    ("definition of service", _SERVICE),
    ("service file", _SERVICE),
    ("password authentication failed", _WHO),
    ("no password supplied", _WHO),
    ("no pg_hba.conf entry", "the server lets nobody in from here: see its pg_hba.conf"),
    ('role "', _WHO),
    ("does not exist", _NONE),
    ("too many clients", _MANY),
    ("remaining connection slots", _MANY),
    ("unsupported startup parameter", "a pooler takes no such option: leave it out of the URL"),
    ("invalid connection option", _OPTION),
    ("invalid integer value", _VALUE),
    ("refused", _AWAY),
    ("translate host name", _AWAY),
    ("No such file", _AWAY),
    ("resolve host", _AWAY),
    ("timeout", _AWAY),
    ("not currently accepting connections", _LOST),
    ("starting up", _LOST),
    ("shutting down", _LOST),
)
"""Of a connection that did not come about there is no code."""


def translate(error: DBAPIError, place: str) -> LedgerError:
    """Turn a driver's error into ours; what the server says of a row is left out."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state == "57014":
        return LedgerBusy(f"the ledger {place} cannot be used: {_CUT}")
    if state in _BUSY:
        return LedgerBusy(
            f"the ledger {place} was locked by another process for too long: stop that one, or try "
            "again"
        )
    for start in (state, state[:3], state[:2]):
        if start in _STATES:
            return LedgerError(f"the ledger {place} cannot be used: {_STATES[start]}")
    if state:
        return LedgerError(f"the ledger {place} refused a statement ({_what(error)})")
    return _without_code(error, place)


def _without_code(error: DBAPIError, place: str) -> LedgerError:
    words = str(error.orig)
    for mark, meaning in _WORDS:
        if mark in words:
            return LedgerError(f"the ledger {place} cannot be used: {meaning}")
    if error.connection_invalidated:
        return LedgerError(f"the ledger {place} cannot be used: {_LOST}")
    # the driver's own refusal of a value quotes the value
    return LedgerError(f"the ledger {place} refused a statement ({type(error.orig).__name__})")


def _what(error: DBAPIError) -> str:
    """The server's code and the names that it gives: its sentences quote values."""
    diag = getattr(error.orig, "diag", None)
    names = (getattr(diag, one, None) for one in ("table_name", "column_name", "constraint_name"))
    kind = type(error.orig).__name__
    return " ".join([kind, str(getattr(error.orig, "sqlstate", "")), *filter(None, names)])
