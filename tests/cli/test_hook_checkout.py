"""After a checkout or merge: one line where the active environment does not suit the manifests, else silence."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.checked import LOCK, manifest, record
from tests.support.gitrepos import commit, git
from tests.support.hooked import BUMPED, hooked, typed
from tests.support.projects import Ended, install, make_environment, site_packages

INSTALLED = {"numpy": "1.26.4", "scikit-learn": "1.5.0", "joblib": "1.4.2"}
LINE = ".venv does not suit models/fraud: numpy 2.0.1 is recorded, 1.26.4 installed"


def environment(place: Path, packages: Mapping[str, str] = INSTALLED) -> Path:
    made = make_environment(place, packages=())
    for name, version in packages.items():
        install(site_packages(made), name, version)
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The branch ``next`` has a manifest of another numpy; ``.venv`` suits ``main``."""
    root = hooked(tmp_path / "fraud", "post-checkout", "post-merge")
    (root / ".git/info/exclude").write_text(".venv\n")
    environment(root / ".venv")
    git(root, "switch", "--quiet", "--create", "next")
    uses = (("joblib", "1.4.2", "required"), ("numpy", "2.0.1", "weights"), ("plotly", "9", "present"))
    record(root, manifest("models/fraud", {"requirements.txt": BUMPED}, packages=uses))
    commit(root, {"requirements.txt": BUMPED}, "Bump")
    git(root, "switch", "--quiet", "--create", "docs", "main")
    commit(root, {"README.md": b"read\n"})
    git(root, "switch", "--quiet", "main")
    return root


def said(ended: Ended) -> tuple[int, str]:
    return ended.code, ended.stderr


def test_a_branch_that_it_does_not_suit_is_told(root: Path) -> None:
    assert said(typed(root, "switch", "--quiet", "next")) == (0, f"lineage: {LINE}\n")
    assert said(typed(root, "switch", "--quiet", "main")) == (0, "")


def test_what_is_no_checkout_of_another_branch_is_not_looked_at(root: Path) -> None:
    assert said(typed(root, "switch", "--quiet", "docs")) == (0, "")
    git(root, "-c", "core.hooksPath=/dev/null", "switch", "--quiet", "next")
    assert said(typed(root, "switch", "--quiet", "--create", "same")) == (0, "")
    assert said(typed(root, "checkout", "--quiet", "main", "--", "requirements.txt")) == (0, "")


def test_a_merge_is_looked_at_and_a_squash_is_not(root: Path) -> None:
    assert said(typed(root, "merge", "--quiet", "--squash", "next")) == (0, "")
    git(root, "reset", "--quiet", "--hard")
    assert said(typed(root, "merge", "--quiet", "next")) == (0, f"lineage: {LINE}\n")


def test_the_active_environment_stands_before_the_projects_own(root: Path, tmp_path: Path) -> None:
    active = environment(tmp_path / "active", {"numpy": "2.0.1"})

    assert said(typed(root, "switch", "--quiet", "next", env={"VIRTUAL_ENV": str(active)})) == (0, "")


@pytest.mark.parametrize("kind", ["gone", "empty"])
def test_an_environment_that_cannot_be_read_says_nothing_of_models(root: Path, tmp_path: Path, kind: str) -> None:
    place = tmp_path / kind
    if kind == "empty":
        place.mkdir()

    code, told = said(typed(root, "switch", "--quiet", "next", env={"VIRTUAL_ENV": str(place)}))

    assert (code, told.count("\n") <= 1, "models/fraud" in told) == (0, True, False)


def test_several_models_and_packages_are_one_line(root: Path) -> None:
    git(root, "switch", "--quiet", "next")
    uses = (("joblib", "2", "imported"), ("numpy", "2.0.1", "weights"))
    record(root, manifest("models/a", {"requirements.txt": LOCK}, packages=uses))
    commit(root, {})
    git(root, "-c", "core.hooksPath=/dev/null", "switch", "--quiet", "main")

    assert said(typed(root, "switch", "--quiet", "next")) == (
        0,
        "lineage: .venv does not suit models/a: joblib 2 is recorded, 1.4.2 installed (and 1 more); 1 more\n",
    )


def test_nothing_of_the_environment_is_run(root: Path) -> None:
    python = root / ".venv/bin/python"
    python.unlink()
    python.write_text(f"#!/bin/sh\ntouch {root}/ran\n")
    python.chmod(0o755)

    assert typed(root, "switch", "--quiet", "next").code == 0
    assert not (root / "ran").exists()
