"""Poetry's notation of version ranges as PEP 440: caret, tilde, wildcards and bare versions.

Source: the documentation of poetry, "Dependency specification" (2.x). ``^1.2.3`` allows what does not change the first
number that is not zero; ``~1.2`` what does not change the second; a bare ``1.2`` is exactly that.
"""

import re
from itertools import pairwise

_CLAUSE = re.compile(r"(?P<operator>\^|~=|~|===|==|!=|>=|<=|>|<|=)?\s*+(?P<version>[^\s,|^~=!<>]++)\s*+,?\s*+")
MAX_LENGTH = 4096


def to_specifier(text: str) -> str | None:
    """The clauses of a range joined by commas, ``""`` for any version; ``None`` where PEP 440 cannot say the same.

    It cannot for unions with a gap (``^1.0 || ^3.0``), and for what is no range.
    """
    if len(text) > MAX_LENGTH:
        return None
    found = [_alternative(one.strip()) for one in text.replace("||", "|").split("|")]
    if len(found) == 1:
        return None if found[0] is None else ",".join(sorted(set(found[0])))
    return _united(found)


def to_specifiers(text: str) -> list[str] | None:
    """The ranges of a union, one after the other, where no single one says it; ``None`` where one is no range."""
    if len(text) > MAX_LENGTH:
        return None
    whole = to_specifier(text)
    found = [to_specifier(one.strip()) for one in text.replace("||", "|").split("|")] if whole is None else [whole]
    return None if None in found else [one for one in found if one is not None]


def _alternative(rest: str) -> list[str] | None:
    """The clauses of what stands between two bars."""
    clauses: list[str] = []
    position = 0
    while position < len(rest):
        match = _CLAUSE.match(rest, position)
        if match is None:
            return None
        position = match.end()
        found = _clauses(match["operator"] or "", match["version"])
        if found is None:
            return None
        clauses += found
    return clauses


def _united(alternatives: list[list[str] | None]) -> str | None:
    """``^1.24 || ^2.0`` is one range, because the second begins where the first ends; others are none."""
    from packaging.version import Version

    spans: list[tuple[Version, Version, str, str]] = []
    for one in alternatives:
        lower = [clause[2:] for clause in one or () if clause.startswith(">=")]
        upper = [clause[1:] for clause in one or () if clause.startswith("<") and clause[1] != "="]
        if len(lower) != 1 or len(upper) != 1 or len(one or ()) != 2:
            return None
        try:
            spans.append((Version(lower[0]), Version(upper[0]), lower[0], upper[0]))
        except ValueError:
            return None
    spans.sort()
    for before, after in pairwise(spans):
        if after[0] > before[1] or after[1] < before[1]:
            return None
    return f"<{spans[-1][3]},>={spans[0][2]}"


def exact_version(specifier: str) -> str | None:
    """The one version that a specifier allows, as written."""
    for operator in ("===", "=="):
        version = specifier.removeprefix(operator)
        if version != specifier and "," not in version and not version.endswith(".*"):
            return version
    return None


def _clauses(operator: str, version: str) -> list[str] | None:
    if version in ("*", "x", "X") and operator in ("", "==", ">=", "="):
        return []
    if operator in ("^", "~"):
        return _between(operator, version)
    wildcard = re.fullmatch(r"([^*]+?)(?:\.[*xX])+", version)
    if wildcard is not None:
        version = f"{wildcard[1]}.*"
    from packaging.specifiers import Specifier

    clause = f"{operator if operator not in ('', '=') else '=='}{version}"
    try:
        Specifier(clause)
    except ValueError:
        return None
    return [clause]


def _between(operator: str, text: str) -> list[str] | None:
    from packaging.version import Version

    text = re.sub(r"(?:\.\*)+\Z", "", text)
    try:
        version = Version(text)
    except ValueError:  # a number of thousands of digits too
        return None
    numbers = version.release
    if operator == "^":
        place = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    else:
        place = min(1, len(numbers) - 1)
    upper = [*numbers[:place], numbers[place] + 1, *[0] * (len(numbers) - place - 1)]
    epoch = f"{version.epoch}!" if version.epoch else ""
    return [f">={text}", f"<{epoch}{'.'.join(map(str, upper))}"]
