"""The corpus of dependency edits: files before and after, and every change that ``lineage check`` shall tell of them.

One TOML file under ``tests/corpus/cases`` holds the cases of one form, each as::

    [[case]]
    name = "a pin that moves"               # says what is odd about it; no two of a file alike
    base = { "requirements.txt" = "numpy==1.26.4\n" }
    head = { "requirements.txt" = "numpy==2.0.1\n" }
    changes = ["package:numpy | 1.26.4 | 2.0.1 | major | requirements.txt:1 | main"]
    unknown = ["packages: requirements.txt:2 …"]    # left out: none
    model = { "numpy 1.26.4" = "weights" }          # left out: no model is judged
    due = ["retrain: numpy 1.26.4 → 2.0.1 (major), named in the weights"]

``changes`` are ``subject | recorded | observed | step | where | group`` with ``null`` for what is not there. The model
was made at ``base`` with ``python`` (default 3.11.7) and declares all files of ``base`` unless ``declared`` names some.
"""

import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.git.objects import GitObjects
from lineage.manifest.document import INLINE, to_document
from lineage.model.manifest import SUFFIX
from lineage.model.plan import Plan, RevisionEdit
from lineage.portable.policy import Policy
from lineage.system.blobcache import BlobCache
from lineage.system.tomlwriter import render_toml
from tests.support.checked import manifest
from tests.support.gitrepos import git

MODEL = "models/judged"
TODAY = date(2026, 11, 20)
_KEYS = frozenset({"name", "base", "head", "changes", "unknown", "model", "due", "python", "declared"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One edit and all that is to be told of it."""

    name: str
    base: Mapping[str, bytes]
    head: Mapping[str, bytes]
    changes: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    model: tuple[tuple[str, str, str], ...] = ()
    """(name, version, use)"""
    due: tuple[str, ...] = ()
    python: str = "3.11.7"
    declared: tuple[str, ...] = ()


def cases_of(path: Path) -> list[Case]:
    """The cases of one file."""
    return [_case(one) for one in tomllib.loads(path.read_text("utf-8"))["case"]]


def _case(told: Mapping[str, object]) -> Case:
    assert set(told) <= _KEYS, f"{told['name']}: {set(told) - _KEYS}"
    base, head, model = (_table(told, key) for key in ("base", "head", "model"))
    return Case(
        name=str(told["name"]),
        base={path: text.encode() for path, text in base.items()},
        head={path: text.encode() for path, text in head.items()},
        changes=_texts(told, "changes"),
        unknown=_texts(told, "unknown"),
        model=tuple((*package.split(" ", 1), use) for package, use in model.items()),  # type: ignore[misc]
        due=_texts(told, "due"),
        python=str(told.get("python", "3.11.7")),
        declared=_texts(told, "declared") or tuple(base),
    )


def _table(told: Mapping[str, object], key: str) -> dict[str, str]:
    value = told.get(key, {})
    assert isinstance(value, dict)
    return value


def _texts(told: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = told.get(key, [])
    assert isinstance(value, list)
    return tuple(value)


def import_cases(root: Path, cases: Sequence[Case]) -> None:
    """A repository in which case N is the commits ``refs/heads/base-N`` and ``refs/heads/head-N``."""
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    stream = b"".join(
        _commit(f"{side}-{number}", files | _manifest(case))
        for number, case in enumerate(cases)
        for side, files in (("base", dict(case.base)), ("head", dict(case.head)))
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=stream, check=True)


def _manifest(case: Case) -> dict[str, bytes]:
    if not case.model:
        return {}
    declared = {path: case.base[path] for path in case.declared}
    made = manifest(MODEL, declared, packages=case.model)
    made = replace(made, environment=made.environment._replace(python=case.python))
    return {f"{MODEL}.pkl{SUFFIX}": render_toml(to_document(made), INLINE)}


def _commit(branch: str, files: Mapping[str, bytes]) -> bytes:
    lines = [f"commit refs/heads/{branch}\ncommitter Ada <ada@example.org> 1763667185 +0000\ndata 0\n".encode()]
    for path, content in files.items():
        lines.append(f'M 100644 inline "{path}"\ndata {len(content)}\n'.encode() + content + b"\n")
    return b"".join(lines) + b"\n"


def judged(root: Path, number: int) -> Plan:
    """The plan for case N of a repository that ``import_cases`` made."""
    with GitObjects(root) as objects:
        readings = Readings(objects.blob, BlobCache(None, ""))
        base, head = (at_commit(objects, objects.commit(f"{side}-{number}"), readings) for side in ("base", "head"))
        return check(base, head, Judges(policies=((Policy(), "defaults"),), today=TODAY))


def row_of(edit: RevisionEdit) -> str:
    """``package:numpy | 1.26.4 | 2.0.1 | major | requirements.txt:1 | main``."""
    cells = (edit.subject, edit.recorded, edit.observed, edit.step, edit.where, edit.group)
    return " | ".join("null" if cell is None else cell for cell in cells)
