"""A dirty work tree as a commit: what belongs in it, its objects, its ref."""
