"""What crmbridge costs: counts of calls first, then ratios measured side by side in one run."""
