"""What each type of entry says, as typed values; the one place that writes and reads them.

`read` gives the payload of an entry by its type, `Payload.to_json` writes it. The modules are by
capability. docs/decisions/0017-entries-have-typed-payloads.md says how to add a type or a version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmbridge.model.payload.base import Basis, OfWrite, Payload, Step, Unknown
from crmbridge.model.payload.campaign import CampaignSeen, MemberSeen
from crmbridge.model.payload.consent import ConsentGiven, OptedOut, Suppressed
from crmbridge.model.payload.content import Adopted, Engaged, TouchGone, TouchSeen
from crmbridge.model.payload.correction import Corrected
from crmbridge.model.payload.firm import AccountSeen, Belongs
from crmbridge.model.payload.handoff import (
    Accepted,
    ActivitySeen,
    Handed,
    HandedOn,
    HandOnDue,
    HandOnOff,
    Qualified,
    SalesTouched,
    TakenOver,
)
from crmbridge.model.payload.identity import (
    Absorbed,
    Addressed,
    Doubled,
    Erased,
    FirstSeen,
    Known,
    LeadMerged,
    Linked,
    Merged,
    MergedAway,
    RecordSeen,
    first_seen,
    unlike,
)
from crmbridge.model.payload.limits import AccountConfirmed, LimitAllowed, WriterSwitched
from crmbridge.model.payload.nurture import Nurtured
from crmbridge.model.payload.parting import Parted, PartedFrom
from crmbridge.model.payload.qualify import AgreementInForce, Ready, Score, Scored, Unready
from crmbridge.model.payload.recycle import (
    DataFixed,
    Disqualified,
    GivenBack,
    Recalled,
    Reinstated,
    Rejected,
    Returned,
    Routed,
    Stale,
)
from crmbridge.model.payload.revenue import (
    Credited,
    DealLost,
    DealReopened,
    DealSeen,
    DealWithdrawn,
    DealWon,
    Opportunity,
    ProductSeen,
    RoleSeen,
)
from crmbridge.model.payload.routing import (
    Assigned,
    Capacity,
    Paused,
    QueueExpired,
    Refunded,
    Resumed,
    Unassigned,
    UserSeen,
    Waits,
)
from crmbridge.model.payload.signals import Signalled
from crmbridge.model.payload.sla import OfClock, SlaBreached, SlaSettled, SlaSoon
from crmbridge.model.payload.stages import StageEntered
from crmbridge.model.payload.writes import (
    Changed,
    FieldOffered,
    FieldRefused,
    HeldResolved,
    HeldRetried,
    WriteDone,
    WriteDropped,
    WriteOwed,
    WriteRefused,
    WriteSent,
    changes_of,
)

PAYLOADS: Mapping[str, type[Payload]] = {
    one.type: one
    for one in (
        Absorbed,
        Accepted,
        AccountConfirmed,
        AccountSeen,
        ActivitySeen,
        Addressed,
        Adopted,
        AgreementInForce,
        Assigned,
        Belongs,
        CampaignSeen,
        ConsentGiven,
        Corrected,
        Credited,
        DataFixed,
        DealLost,
        DealReopened,
        DealSeen,
        DealWithdrawn,
        DealWon,
        Disqualified,
        Doubled,
        Engaged,
        Erased,
        FieldOffered,
        FieldRefused,
        FirstSeen,
        HandOnDue,
        HandOnOff,
        Handed,
        HandedOn,
        HeldResolved,
        HeldRetried,
        Known,
        LeadMerged,
        LimitAllowed,
        Linked,
        MemberSeen,
        Merged,
        MergedAway,
        Nurtured,
        Opportunity,
        OptedOut,
        Parted,
        PartedFrom,
        Paused,
        ProductSeen,
        Qualified,
        QueueExpired,
        Ready,
        Recalled,
        RecordSeen,
        Refunded,
        Reinstated,
        Rejected,
        Resumed,
        Returned,
        RoleSeen,
        Routed,
        SalesTouched,
        Scored,
        Signalled,
        SlaBreached,
        SlaSettled,
        SlaSoon,
        StageEntered,
        Stale,
        Suppressed,
        TakenOver,
        TouchGone,
        TouchSeen,
        Unassigned,
        Unready,
        UserSeen,
        Waits,
        WriteDone,
        WriteDropped,
        WriteOwed,
        WriteRefused,
        WriteSent,
        WriterSwitched,
    )
}
"""Every type of entry, by its name in the ledger."""

OF_RECORD = frozenset(one.type for one in (Doubled, FirstSeen, RecordSeen))
"""Types that tell of one record, `ref`, which is as a rule the entry's source, too."""


def read(type_: str, data: Mapping[str, Any]) -> Payload:
    """Read the payload of an entry as any build up to this one wrote it.

    A type that this build does not know gives `Unknown`. Raises `LedgerError` for a later version.
    """
    known = PAYLOADS.get(type_)
    return Unknown(type_, data) if known is None else known.read(data)


__all__ = [
    "OF_RECORD",
    "PAYLOADS",
    "Absorbed",
    "Accepted",
    "AccountConfirmed",
    "AccountSeen",
    "ActivitySeen",
    "Addressed",
    "Adopted",
    "AgreementInForce",
    "Assigned",
    "Basis",
    "Belongs",
    "CampaignSeen",
    "Capacity",
    "Changed",
    "ConsentGiven",
    "Corrected",
    "Credited",
    "DataFixed",
    "DealLost",
    "DealReopened",
    "DealSeen",
    "DealWithdrawn",
    "DealWon",
    "Disqualified",
    "Doubled",
    "Engaged",
    "Erased",
    "FieldOffered",
    "FieldRefused",
    "FirstSeen",
    "GivenBack",
    "HandOnDue",
    "HandOnOff",
    "Handed",
    "HandedOn",
    "HeldResolved",
    "HeldRetried",
    "Known",
    "LeadMerged",
    "LimitAllowed",
    "Linked",
    "MemberSeen",
    "Merged",
    "MergedAway",
    "Nurtured",
    "OfClock",
    "OfWrite",
    "Opportunity",
    "OptedOut",
    "Parted",
    "PartedFrom",
    "Paused",
    "Payload",
    "ProductSeen",
    "Qualified",
    "QueueExpired",
    "Ready",
    "Recalled",
    "RecordSeen",
    "Refunded",
    "Reinstated",
    "Rejected",
    "Resumed",
    "Returned",
    "RoleSeen",
    "Routed",
    "SalesTouched",
    "Score",
    "Scored",
    "Signalled",
    "SlaBreached",
    "SlaSettled",
    "SlaSoon",
    "StageEntered",
    "Stale",
    "Step",
    "Suppressed",
    "TakenOver",
    "TouchGone",
    "TouchSeen",
    "Unassigned",
    "Unknown",
    "Unready",
    "UserSeen",
    "Waits",
    "WriteDone",
    "WriteDropped",
    "WriteOwed",
    "WriteRefused",
    "WriteSent",
    "WriterSwitched",
    "changes_of",
    "first_seen",
    "read",
    "unlike",
]
