"""Ways to observe a target."""
