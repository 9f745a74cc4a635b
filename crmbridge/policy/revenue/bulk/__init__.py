"""The rule models for very many deals at once, equal to the exact ones to the cent."""
