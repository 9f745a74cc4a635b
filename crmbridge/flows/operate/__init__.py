"""What commands and the daemon do as a whole: a turn, a plan, a survey, finding a lead."""
