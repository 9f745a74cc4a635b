"""How fast leads go through the funnel: cohorts, ways out of a stage, those still in it."""
