"""After training: weights, code, environment and run become one manifest."""
