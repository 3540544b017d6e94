"""Answers as text: values in, text out."""
