"""What weights files say of themselves, one module for each format; ``detect`` is the only list."""
