"""What people think of our content: they are asked by a link, and what they say is kept."""
