"""May this model be served there? A manifest against a target: packages, weights, code, installed files."""
