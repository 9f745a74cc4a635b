"""The agreement that marketing and sales sign, and the teams it hands leads to: shapes and lints.

Pure: files are read elsewhere, and what the agreement means is worked out in `crmbridge.policy`.
"""

from crmbridge.agreement.content import Content
from crmbridge.agreement.definition.criteria import Criteria, Group, Leaf, definition_hash, leaves
from crmbridge.agreement.definition.examples import Example
from crmbridge.agreement.definition.facts import BUILT_IN, FieldType
from crmbridge.agreement.finding import Finding
from crmbridge.agreement.lint.whole import lint
from crmbridge.agreement.problems import problems
from crmbridge.agreement.recycle import Recycle, RecycleRow
from crmbridge.agreement.routing.teams import Rep, Team, Teams
from crmbridge.agreement.scoring.scores import Engagement, HandRaise, TouchRule
from crmbridge.agreement.shape import Agreement, Attribution, Stale
from crmbridge.agreement.signing import Signature
from crmbridge.agreement.versions.known import Versions, starts
from crmbridge.agreement.versions.signed import changed_since, fingerprint, missing_sides

__all__ = [
    "BUILT_IN",
    "Agreement",
    "Attribution",
    "Content",
    "Criteria",
    "Engagement",
    "Example",
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
    "Versions",
    "changed_since",
    "definition_hash",
    "fingerprint",
    "leaves",
    "lint",
    "missing_sides",
    "problems",
    "starts",
]
