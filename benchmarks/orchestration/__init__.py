"""How long a wish waits before work on it begins."""
