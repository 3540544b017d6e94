"""Models made anew: which, by which command, in which order, and what came of it."""
