"""An agreement as people read and sign it."""
