"""Tables of who owns records, and of what they are asked to do: users, queues, tasks."""

from __future__ import annotations

from crmbridge.mapping.tables.base import Scalar, Shape, When


class RepMap(Shape):
    """The vendor object that holds the users who own records."""

    object: str
    email: str
    name: str = ""
    active: str = ""
    handle: str = ""
    """Vendor field by which teams.toml may name a rep's user, beside the id: a user name, a number
    of the staff."""
    when: When = {}
    """Users that do not match own nothing of ours (an exact value, or one of a list)."""
    automations: tuple[str, ...] = ()
    """Users who are no people but the vendor's own machinery, by id or by name: a status that they
    set is nobody's word. Their records say who changed them, where `changed_by` is mapped."""


class QueueMap(Shape):
    """The vendor object that holds queues: what records can be owned by that is no person."""

    object: str
    name: str = ""
    when: When = {}
    """Records that do not match are no queues (an exact value, or one of a list)."""


class TaskMap(Shape):
    """The vendor object for a reminder to a rep, and what goes where."""

    object: str
    key: str
    person: str
    owner: str
    subject: str
    body: str = ""
    """Where the brief goes; empty for nowhere."""
    values: dict[str, Scalar] = {}
