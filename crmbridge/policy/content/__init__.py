"""How pieces of content do: what people think of them, and what became of who read them."""
