"""A command run as if nothing stood between, and what was seen of it."""
