"""What a notebook or an interactive session ran."""
