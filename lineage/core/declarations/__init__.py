"""Dependency files: what one asks for, read as text; nothing in it is obeyed, run or fetched."""
