"""Gold: facts, and the credit file itself."""
