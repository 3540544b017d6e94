"""Scripts that run inside somebody else's interpreter: standard library only, Python 3.6 syntax, no import of ours."""
