"""Dependency files: what one asks for, read as text; nothing is obeyed, run or fetched. ``forms`` is the only list."""
