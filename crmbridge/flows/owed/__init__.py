"""What the systems should hold of a lead, in the mapping's words, and the writes that follow."""
