"""pyproject.toml, and the locks of the tools that live in it."""
