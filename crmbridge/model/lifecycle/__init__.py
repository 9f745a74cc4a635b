"""The lifecycle of a lead: what it went through, folded from its events (domain.md section 1)."""

from crmbridge.model.lifecycle.corrections import Correction, corrections
from crmbridge.model.lifecycle.fold import fold
from crmbridge.model.lifecycle.heard import Heard, heard
from crmbridge.model.lifecycle.instant import REASON_GIVEN
from crmbridge.model.lifecycle.legs import MISSING_REASON
from crmbridge.model.lifecycle.stage import (
    FOR_MARKETING,
    LADDER,
    OPEN_WORK,
    RANK,
    SIDES,
    TAKEN_ON,
    WITH_SALES,
    Stage,
)
from crmbridge.model.lifecycle.state import Cycle, Ignored, Leg, Lifecycle, LifeEvent
from crmbridge.model.lifecycle.walk import EXPANSION, NEW
from crmbridge.model.lifecycle.withdrawn import WITHDRAWN, standing

__all__ = [
    "EXPANSION",
    "FOR_MARKETING",
    "LADDER",
    "MISSING_REASON",
    "NEW",
    "OPEN_WORK",
    "RANK",
    "REASON_GIVEN",
    "SIDES",
    "TAKEN_ON",
    "WITHDRAWN",
    "WITH_SALES",
    "Correction",
    "Cycle",
    "Heard",
    "Ignored",
    "Leg",
    "LifeEvent",
    "Lifecycle",
    "Stage",
    "corrections",
    "fold",
    "heard",
    "standing",
]
