"""From the waiting line to a rep: the line, whom a lead prefers, who gets it, and what-if."""
