"""The demo: a made-up company lives through three months between two emulated vendors."""

from crmbridge.testing.demo.olist import run_funnel
from crmbridge.testing.demo.run import run_demo

__all__ = ["run_demo", "run_funnel"]
