"""crmbridge closes the loop between a company's marketing automation and its CRM."""

__version__ = "0.1.0"
