"""The standing view: events applied to leads, vendor records, touches and deals."""

from crmbridge.store.projection.on.writes import unborn
from crmbridge.store.projection.rebuild import rebuild
from crmbridge.store.projection.shapes import RefEntry, fold_life, is_waiting, passes_on
from crmbridge.store.projection.workspace import Workspace

__all__ = ["RefEntry", "Workspace", "fold_life", "is_waiting", "passes_on", "rebuild", "unborn"]
