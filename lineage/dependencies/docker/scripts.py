"""Commands that hold another script, and commands that enter an environment."""

import posixpath
import re

from lineage.dependencies.docker.shell_words import Command, Word

SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh"})
_OTHERS = frozenset({"su", "runuser", "scl"})
_SCRIPT = re.compile(r"-[A-Za-z]*c")
_ACTIVATE = re.compile(r"(.+)/bin/activate")


def nested_script(command: Command) -> Word | None:
    """The script in ``bash -lc "…"``, ``su NAME -c "…"``, ``eval "…"``; ``None`` where a command has none."""
    shell = next(
        (place for place, word in enumerate(command) if posixpath.basename(word.text) in SHELLS | _OTHERS), None
    )
    if shell is None:
        return command[1] if command[0].text == "eval" and len(command) == 2 else None
    if command[shell].text == "scl":
        return command[-1] if " " in command[-1].text else None
    for place in range(shell + 1, len(command)):
        if _SCRIPT.fullmatch(command[place].text) or command[place].text == "--command":
            rest = [word for word in command[place + 1 :] if not word.text.startswith(("-", "+"))]
            return _after_options(command, place + 1) if rest else None
    return None


def script_file(command: Command) -> str | None:
    """The file of ``bash install.sh`` and ``./install.sh``; ``None`` where a command runs none."""
    place = next((place for place, word in enumerate(command) if posixpath.basename(word.text) in SHELLS), None)
    word = command[0] if place is None else _after_options(command, place + 1)
    if word is None or not word.is_known or not word.text.endswith((".sh", ".bash")):
        return None
    return word.text if place is not None or "/" in word.text else None


def _after_options(command: Command, place: int) -> Word | None:
    """The first word that is no option; ``-o`` has a value (``bash -c -o pipefail "…"``)."""
    while place < len(command) and command[place].text.startswith(("-", "+")):
        place += 2 if command[place].text in ("-o", "+o") else 1
    return command[place] if place < len(command) else None


def activated(command: Command) -> str | None:
    """The environment that ``. PLACE/bin/activate`` or ``conda activate /PLACE`` enters."""
    texts = [word.text for word in command]
    if texts[0] in (".", "source") and len(texts) == 2:
        match = _ACTIVATE.fullmatch(texts[1])
        return match[1] if match else None
    is_path = texts[-2:-1] == ["activate"] and texts[-1].startswith("/")
    return texts[-1] if is_path else None
