"""Git hooks that live beside the user's own: what each says, what it leaves behind, where it is installed."""
