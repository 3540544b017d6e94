"""Text of anyone's making, as it may be shown."""


def printable(text: str) -> str:
    """The text with everything that a terminal could act on escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
