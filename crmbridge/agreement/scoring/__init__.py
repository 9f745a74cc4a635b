"""What a touch, a trait and a piece of content are worth, and when that fades."""
