"""The demo: a made-up company lives through three months between two emulated vendors."""

from crmbridge.testing.demo.olist import run_funnel
from crmbridge.testing.demo.run import run_demo
from crmbridge.testing.pair import Pair

__all__ = ["Pair", "run_demo", "run_funnel"]
