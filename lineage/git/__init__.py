"""Git: asked by fixed arguments, written by plumbing; no hook, filter or monitor is run."""
