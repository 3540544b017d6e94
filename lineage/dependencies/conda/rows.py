"""One spec of conda → a row of a file's declarations, whichever file it stands in."""

from lineage.dependencies.conda.spec import conda_name, parse_spec, python_of
from lineage.dependencies.rows import Rows, subject_of
from lineage.errors import InputError
from lineage.model.declarations import Dependency
from lineage.portable.environment import Unknown

_PYTHON = "package:python"


def add_spec(rows: Rows, text: str, group: str, line: int, marker: str = "") -> str | None:
    """Adds the package that a spec asks for; of ``python`` gives its version or range instead, ``""`` for any.

    What cannot be read becomes an unknown.
    """
    try:
        spec = parse_spec(text)
    except InputError as error:
        subject = _subject(text)
        place = f"{rows.path}:{line}" if line else rows.path
        reason = f"{place} {error.message}"
        rows.unknown.append(Unknown("python" if subject == _PYTHON else subject, reason))
        return None
    if spec.name == "python":
        return python_of(spec) or ""
    rows.dependencies.append(
        Dependency(
            name=spec.name,
            version=spec.version,
            specifier=spec.specifier,
            written=spec.written,
            label=spec.label,
            marker=marker,
            group=group,
            line=line,
            manager="conda",
        )
    )
    return None


def _subject(text: str) -> str:
    """By the name behind the channel: ``package:NAME``, or ``packages`` where there is none."""
    subject = subject_of(text.rpartition("::")[2].lstrip("_"))
    kind, colon, name = subject.partition(":")
    return f"{kind}{colon}{conda_name(name)}"
