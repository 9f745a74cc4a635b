"""Endpoints over HTTP: health, metrics and hints."""

from crmbridge.web.app import health_app
from crmbridge.web.serve import serve

__all__ = ["health_app", "serve"]
