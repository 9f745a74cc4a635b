"""What a lead and a deal add to the totals that status and reports show."""
