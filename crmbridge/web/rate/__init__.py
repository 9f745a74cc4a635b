"""The page on which somebody who followed their link rates a piece of content."""

from crmbridge.web.rate.pages import routes

__all__ = ["routes"]
