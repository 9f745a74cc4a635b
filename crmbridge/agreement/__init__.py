"""The agreement that marketing and sales sign, and the teams it hands leads to: shapes and lints.

Pure: files are read elsewhere, and what the agreement means is worked out in `crmbridge.policy`.
"""

from crmbridge.agreement.criteria import Criteria, Group, Leaf, definition_hash, leaves
from crmbridge.agreement.facts import BUILT_IN, FieldType
from crmbridge.agreement.lint import Finding, lint
from crmbridge.agreement.problems import problems
from crmbridge.agreement.recycle import Recycle, RecycleRow
from crmbridge.agreement.scoring import Engagement, HandRaise, TouchRule
from crmbridge.agreement.shape import Agreement, Attribution, Signature, Stale, fingerprint
from crmbridge.agreement.teams import Rep, Team, Teams

__all__ = [
    "BUILT_IN",
    "Agreement",
    "Attribution",
    "Criteria",
    "Engagement",
    "FieldType",
    "Finding",
    "Group",
    "HandRaise",
    "Leaf",
    "Recycle",
    "RecycleRow",
    "Rep",
    "Signature",
    "Stale",
    "Team",
    "Teams",
    "TouchRule",
    "definition_hash",
    "fingerprint",
    "leaves",
    "lint",
    "problems",
]
