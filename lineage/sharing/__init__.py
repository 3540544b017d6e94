"""One model in one file, and back."""
