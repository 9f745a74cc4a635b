"""The sales-ready definition: its criteria, the facts they ask for, and its examples."""
