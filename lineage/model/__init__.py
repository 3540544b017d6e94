"""Frozen data: what a manifest and a report are made of. No I/O."""
