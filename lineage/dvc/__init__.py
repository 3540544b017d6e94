"""What DVC's files say, and the few questions that DVC itself is asked."""
