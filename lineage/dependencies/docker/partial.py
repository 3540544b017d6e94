"""What of a requirement can be read that hangs on a variable without a value: all but that."""

import re

_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?P<extras>\[[^\]]*\])?(?P<clauses>[=<>!~][^;@]*)(?P<marker>;.*)?"
)
_CLAUSE = re.compile(r"(?P<operator>===?|[<>!~]=|[<>])(?P<version>.*)")
_UNKNOWN = "${"


def readable_part(text: str) -> str | None:
    """``torch==2.1.0`` of ``torch==2.1.0+${CUDA}``, ``a==1.2.*`` of ``a==1.2.${PATCH}``; ``None`` for nothing.

    A bound is left out whole: a part of it would be another bound.
    """
    match = _REQUIREMENT.fullmatch("".join(text.split()))
    if match is None:
        return None
    clauses = [told for one in match["clauses"].split(",") if (told := _clause(one))]
    if not clauses:
        return None
    extras = match["extras"] or ""
    marker = match["marker"] or ""
    return "".join(
        (
            match["name"],
            "" if _UNKNOWN in extras else extras,
            ",".join(clauses),
            "" if _UNKNOWN in marker else marker,
        )
    )


def _clause(text: str) -> str:
    match = _CLAUSE.fullmatch(text)
    if match is None or _UNKNOWN not in match["version"]:
        return text
    known = match["version"].partition(_UNKNOWN)[0]
    if not match["operator"].startswith("==") or not known:
        return ""
    if "+" in known:
        return match["operator"] + known.partition("+")[0]
    return f"=={known}*" if known.endswith(".") else ""
