"""What campaigns cost: by month, as vendors tell it and as people import it."""
