"""Weights files and what DVC says of them."""
