"""Which touches get the credit of what was won."""
