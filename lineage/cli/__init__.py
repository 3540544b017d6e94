"""The command line: text to values, one verb, an answer, an exit code."""
