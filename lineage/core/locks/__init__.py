"""Lock files: what a file promises to install, read as text; nothing in it is obeyed, run or fetched."""
