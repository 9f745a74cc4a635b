"""Why a lead stands where it stands, as one document in JSON's types."""

from crmbridge.flows.explain.whole import explain

__all__ = ["explain"]
