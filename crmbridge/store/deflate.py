"""Long documents of the ledger, pressed: what one document says twice, and all say alike, is short.

A pressed document begins with the byte of the dictionary that it was pressed with, which no JSON
begins with. A dictionary is never changed: a better one is a new one beside it.
"""

from __future__ import annotations

import zlib
from contextlib import suppress

from crmbridge.errors import LedgerError

_FIRST = 1
_DICTIONARIES: dict[int, bytes] = {
    _FIRST: (
        b'"queued_at":"returns":[{"at":"avoid":false,"class":"returns","counted":true,"loops":'
        b'"outcome":"rejected","reason":"until":"first_touch":"last_touch":"joined_at":"told":{'
        b'"track":"data_fixed_at":"activity_at":"merged_into":"waiting":"assigned":{"capacity":{'
        b'"bar":"fill":"limit":"open":"hand_raise":false,"how":"push","rating":"warm","rep":"rev":'
        b'"since":"team":"v":"1"},"life":[["known"],["engaged"],["ready"],["handed","","","pushed"]'
        b',["accepted"],["opportunity","","sales:Opportunity:"]],"score":{"engagement":"given":"'
        b'grade":"C2","rating":"cold","score_fit":"handover":{"agreed":{"definition":"v1:'
        b'"facts":[["marketing",17724["sales",17724{"converted_to":"deleted":"double":"ours":true,'
        b'"rounds":{"status":"Open - Not Contacted","settled":"wrote_at":"wrote":{"values":{'
        b'"changed_at":"raw":{"agreement":"v1:"mapping":"reentry":"engagement_since":"verdict":{'
        b'"of":[{"at":"2026-"field":"open_deal","id":"op":"is_false","op":"is_set","op":"at_least"'
        b',"op":"in","op":"lt","result":"true","result":"false","result":"unknown","source":'
        b'"marketing","value":"wanted":null},"op":"all","op":"any","op":"none",T00:00:00.000000Z"'
        b'"company":"Company":"country":"Country":"email":"Email":"firstname":"FirstName":'
        b'"lastname":"LastName":"jobtitle":"Title":"phone":"Phone":"LeadSource":"OwnerId":'
        b'"Status":"HasOptedOutOfEmail":false,"IsConverted":false,"Rejection_Reason__c":'
        b'"hs_analytics_source":"hs_email_optout":"industry":"numberofemployees":"lifecyclestage":'
        b'"crmbridge_cycle":"crmbridge_reason":"crmbridge_track":"crmbridge_contact":'
        b'"crmbridge_outcome":"crmbridge_trips":"crmbridge_loops":"crmbridge_waiting":'
        b'"crmbridge_engagement":"crmbridge_fit":"crmbridge_grade":"crmbridge_rating":'
        b'"crmbridge_definition":"crmbridge_rep":"crmbridge_won_amount":"crmbridge_id":'
        b'"CrmBridge_Cycle__c":"CrmBridge_Engagement__c":"CrmBridge_Fit__c":"CrmBridge_Grade__c":'
        b'"CrmBridge_Rating__c":"CrmBridge_Definition__c":"CrmBridge_Id__c":"Description":'
        b"\\nStage ready, trip 1. Owner: .\\nWhy now: \\nSay: \\nThey read:\\n- \\nScore:\\n- "
        b"engagement \\n- fit (size , industry , role , country )\\nAgreed criteria that hold:\\n- "
        b'"words":{"account":"city":"country":"email":"employees":"first_name":"industry":'
        b'"last_name":"opted_out":"phone":"source":"title":"website":"cycle":"id":"key":"values":{'
        b'"spigot: the rep who was given the lead (mapping.toml sales.lead.owner)"],'
        b'"obj":"contacts","obj":"Lead","system":"marketing","system":"sales","action":"update","action":"handoff",'
        b'"created":false,"changes":{"mapping.toml marketing.lead.key: our lead id"],[null,'
        b'"mapping.toml sales.lead.fields. (way = both)"],"mapping.toml marketing.lead.fields. '
        b'(way = out)"],'
    )
}
_LEVEL = 6
_BARE = -zlib.MAX_WBITS
"""No header and no sum of its own: a look through the file finds damage."""


def press(text: bytes, longest: int) -> bytes:
    """Return a document as it is to lie: pressed when it is longer than `longest` bytes."""
    if len(text) <= longest:
        return text
    work = zlib.compressobj(_LEVEL, zlib.DEFLATED, _BARE, zdict=_DICTIONARIES[_FIRST])
    return bytes((_FIRST,)) + work.compress(text) + work.flush()


def unpress(stored: bytes) -> bytes:
    """Return a document as it was before `press`.

    Raises:
        LedgerError: it was pressed by a later build, or is damaged.
    """
    if not stored or stored[0] >= 32:
        return stored
    words = _DICTIONARIES.get(stored[0])
    if words is None:
        raise LedgerError(
            f"a document of the ledger was pressed in a way ({stored[0]}) that this build does not "
            "know: a later build wrote it. Run that one, or go back to a backup from before it"
        )
    work = zlib.decompressobj(_BARE, zdict=words)
    with suppress(zlib.error):
        text = work.decompress(stored[1:]) + work.flush()
        if work.eof:
            return text
    raise LedgerError(
        "a document of the ledger is damaged: run `crmbridge ledger verify`, and restore the last "
        "backup if it finds more"
    )
