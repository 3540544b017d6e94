"""The code of a model: the commit that ran, where it begins, what it imports, whether two versions are the same."""
