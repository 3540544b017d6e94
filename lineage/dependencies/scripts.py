"""Scripts that say in themselves what they need (PEP 723), told from others without reading what they say."""

from collections.abc import Container

OF_SCRIPT = "script"
"""The form of a script's block."""
LOCK_OF_SCRIPT = "script.lock"
"""The form of the lock of one script, which stands beside that of a project and is not of it."""
OPENS, CLOSES = "# /// script", "# ///"


def has_block(content: bytes) -> bool:
    """Whether a script opens a block of its own dependencies."""
    opens = OPENS.encode()
    return opens in content and any(line.rstrip() == opens for line in content.split(b"\n"))


def of_script(path: str, content: bytes, paths: Container[str]) -> tuple[str, ...]:
    """The dependency files that a script brings along: itself where its text has a block of them, and its lock."""
    lock = f"{path}.lock"
    return (path, *([lock] if lock in paths else ())) if has_block(content) else ()
