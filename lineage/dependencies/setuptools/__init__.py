"""setup.py and setup.cfg, read as text."""
