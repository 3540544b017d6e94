"""Why each installed package matters to a model: named in its weights, imported, required, loaded, present."""
