"""The models of a repository: what there is, how each stands now, whether others can get it."""
