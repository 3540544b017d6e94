"""States of a repository, what was read of them, and what was edited between two."""
