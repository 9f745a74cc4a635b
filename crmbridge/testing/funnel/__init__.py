"""A real funnel, played in order of time: leads as contacts, wins as deals, nothing made up."""

from crmbridge.testing.funnel.check import check, recounted
from crmbridge.testing.funnel.data import DEALS, Funnel, read
from crmbridge.testing.funnel.play import Played, play_funnel

__all__ = ["DEALS", "Funnel", "Played", "check", "play_funnel", "read", "recounted"]
