"""Endpoints and pages over HTTP: health, metrics, hints, and the dashboard."""

from crmbridge.web.serve import serve

__all__ = ["serve"]
