"""What weights files say of themselves, format by format, read without running them."""
