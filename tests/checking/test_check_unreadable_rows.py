"""Rows that nobody can read, in every form: on one side, on both, the same text, and moved where undecided before."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from lineage.checking.check import Judges, check
from lineage.checking.revisions.readings import Readings
from lineage.checking.revisions.revision import at_commit
from lineage.git.objects import GitObjects
from lineage.manifest.document import INLINE, to_document
from lineage.model.manifest import SUFFIX
from lineage.portable.policy import Policy
from lineage.system.blobcache import BlobCache
from lineage.system.tomlwriter import render_toml
from tests.support.checked import manifest
from tests.support.gitrepos import git
from tests.support.unreadable import CASES, Unreadable

PACKAGES = [("numpy", "1.26.4", "weights")]
SAMPLE = 60
"""every so many is judged in the fast suite too"""


def states(one: Unreadable) -> dict[str, bytes]:
    """What the file may say: all can be read, not, the same elsewhere, another text, and again another version."""
    good, bad, moved = map(one.file, (one.good, one.bad, one.moved))
    return {
        "good": good,
        "bad": bad,
        "again": bad + b"\n",
        "moved": moved,
        "further": good.replace(b"1.26.4", b"2.0.1"),
    }


def stream(ref: str, files: Mapping[str, bytes]) -> bytes:
    """A commit for ``git fast-import``."""
    head = f"commit refs/heads/{ref}\ncommitter Ada <ada@example.org> 1763667185 +0000\ndata 0\n".encode()
    rows = (f'M 100644 inline "{path}"\ndata {len(text)}\n'.encode() + text + b"\n" for path, text in files.items())
    return head + b"".join(rows) + b"\n"


def imported(root: Path, refs: Mapping[str, Mapping[str, bytes]]) -> dict[str, str]:
    """The commits of these files, by their refs."""
    text = b"".join(stream(ref, files) for ref, files in refs.items())
    subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=text, check=True)
    rows = git(root, "for-each-ref", "--format=%(refname:lstrip=2) %(objectname)").splitlines()
    return dict(row.split(" ") for row in rows)


@dataclass(frozen=True)
class Judged:
    """Each case as commits: that a model was made from, and what became of its file."""

    root: Path
    commits: dict[str, str]

    def newly(self, number: int, made: str, base: str, head: str) -> set[str]:
        """What the edit from ``base`` to ``head`` newly asks for of a model that was made at ``made``."""
        with GitObjects(self.root) as objects:
            readings = Readings(objects.blob, BlobCache(None, ""))
            sides = [at_commit(objects, self.commits[f"{made}-{number}-{state}"], readings) for state in (base, head)]
            judges = Judges(policies=((Policy(), "defaults"),), today=date(2026, 11, 20))
            plan = check(sides[0], sides[1], judges)
        return {due.action for model in plan.models for due in model.reasons if due.is_new}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Judged:
    root = tmp_path_factory.mktemp("unreadable")
    git(root, "init", "--quiet", "--initial-branch=main")
    here = [one for one in request.session.items if one.path == request.path]
    numbers = {one.callspec.params["number"] for one in here if hasattr(one, "callspec")}
    told = {number: states(CASES[number]) for number in numbers}
    first = {
        f"{made}-{number}": {CASES[number].path: told[number][made]} for number in numbers for made in ("good", "bad")
    }
    commits = imported(root, first)
    later = {}
    for ref, files in first.items():
        model = manifest("models/m", files, packages=PACKAGES, base=commits[ref])
        document = render_toml(to_document(model), INLINE)
        number = int(ref.partition("-")[2])
        for state, text in told[number].items():
            later[f"{ref}-{state}"] = {CASES[number].path: text, f"models/m.pkl{SUFFIX}": document}
    return Judged(root, imported(root, later))


@pytest.mark.parametrize(
    "number",
    [pytest.param(n, marks=() if n % SAMPLE == 0 else pytest.mark.slow, id=one.name) for n, one in enumerate(CASES)],
)
def test_a_row_that_cannot_be_read_is_unchanged_only_where_its_text_is(judged: Judged, number: int) -> None:
    stops = {"undecided", "retrain"}

    assert judged.newly(number, "bad", "bad", "again") == set()
    assert judged.newly(number, "bad", "bad", "moved") & stops
    assert judged.newly(number, "bad", "bad", "further") & stops
    assert judged.newly(number, "good", "good", "bad") & stops
    assert judged.newly(number, "good", "good", "moved") & stops
    assert judged.newly(number, "good", "bad", "again") == set()
    assert "undecided" in judged.newly(number, "good", "bad", "moved")


def test_they_are_many_and_of_every_form() -> None:
    assert len(CASES) >= 40
    assert len({one.path for one in CASES}) >= 14
    assert len({one.name for one in CASES}) == len(CASES)
