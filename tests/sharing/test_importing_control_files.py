"""A bundle that was made to bring what decides about models: refused whole, by whatever name it goes there."""

from dataclasses import replace
from hashlib import md5, sha256
from pathlib import Path
from typing import Any

import pytest

from lineage.manifest.document import INLINE, to_document
from lineage.manifest.files import parse_manifest
from lineage.model.weights import Weights
from lineage.system.tomlwriter import render_toml
from lineage.weights.measure import tree_digest
from tests.support import projects
from tests.support.bundles import Machines, altered, make_machines, state
from tests.support.projects import MODEL, run_lineage

HARMLESS = {
    "config.json": b"{}",
    ".gitattributes": b"*.bin -text\n",
    "modeling.py": b"import json\n",
    "model.bin": b"1",
}


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Machines:
    found = make_machines(
        tmp_path_factory.mktemp("machines") / "place", environment, {"train.py": b"import features\n"}
    )
    found.bundle("--with-weights")
    return found


@pytest.fixture
def home(machines: Machines, tmp_path: Path) -> Path:
    return projects.copy(machines.home, tmp_path / "home")


def crafted(machines: Machines, place: Path, path: str, files: dict[str, bytes], manifest: str = "") -> Path:
    """A bundle whose digests and ids all fit, of weights at ``path``: one file named ``""``, or a directory."""
    bundle = place / "b.tar"
    bundle.write_bytes((machines.remote.parent / "model.tar").read_bytes())

    def edit(table: dict[str, Any], members: dict[str, bytes]) -> None:
        stored = parse_manifest(members["manifest.lineage.toml"], "m")
        document = to_document(replace(stored.manifest, weights=(weights(path, files),)))
        members["manifest.lineage.toml"] = render_toml(document, INLINE)
        del members[f"weights/{MODEL}"]
        names = [f"weights/{path}/{name}" if name else f"weights/{path}" for name in sorted(files)]
        members |= dict(zip(names, (files[name] for name in sorted(files)), strict=True))
        table["members"] = [*table["members"][:2], *({"name": name} for name in names)]
        table |= {"id": document["id"], "manifest": manifest or "models/made.lineage.toml"}

    return altered(bundle, edit)


def weights(path: str, files: dict[str, bytes]) -> Weights:
    size = sum(map(len, files.values()))
    if set(files) == {""}:
        digests = sha256(files[""]).hexdigest(), md5(files[""]).hexdigest()
    else:
        rows = [(name, sha256(files[name]).hexdigest()) for name in sorted(files)]
        digests = tree_digest(rows, "sha256"), "0" * 32 + ".dir"
    return Weights(path=path, size=size, sha256=digests[0], md5=digests[1])


def refused(home: Path, bundle: Path) -> str:
    before = state(home)
    ended = run_lineage("import", "--force", f"bundle:{bundle}", cwd=home)
    assert (ended.code, ended.stdout, state(home)) == (2, "", before), ended.stderr
    return ended.stderr


ONE = {"": b"[tool.lineage]\n"}
MADE: dict[str, tuple[str, dict[str, bytes], str, str]] = {
    "policy": ("lineage.toml", ONE, "", "is a file of the policy"),
    "case": ("sub/PyProject.TOML", ONE, "", "is a file of the policy"),
    "dot behind": ("lineage.toml.", ONE, "", "is a file of the policy"),
    "blank behind": ("models/.dvc /config", ONE, "", "is a file of DVC"),
    "stream": ("models/Train.py:x", ONE, "", "is code"),
    "git": (".GIT/config", ONE, "", "must be a relative path"),
    "below a dot": ("./lineage.toml", ONE, "", "must be a relative path"),
    "a manifest": ("models/fraud.pkl.lineage.toml", ONE, "", "is a file of a manifest"),
    "a directory of CI": (".github", {"workflows/a.yml": b"on: push"}, "", "is a file of CI"),
    "hook inside": ("hooks", {"Pre-Commit": b"#!/bin/sh"}, "", "is a hook, which no bundle may bring"),
    "pipeline inside": ("models/a", {"dvc.yaml": b"stages: {}"}, "", "is a file of DVC, which no bundle may bring"),
    "log inside": ("models/a", {"b/m.lineage-log.toml": b""}, "", "is a file of a manifest, which no bundle may bring"),
    "folder inside": ("models/a", {"x.py/.DVC./config": b""}, "", "is a file of DVC, which no bundle may bring"),
    "place of the manifest": ("models/a.bin", ONE, ".github/a.lineage.toml", "is a file of CI, which no bundle may"),
}
SAMPLE = ("policy", "blank behind", "hook inside", "place of the manifest")


@pytest.mark.parametrize("case", [pytest.param(one, marks=() if one in SAMPLE else pytest.mark.slow) for one in MADE])
def test_what_decides_about_models(case: str, machines: Machines, home: Path, tmp_path: Path) -> None:
    path, files, manifest, message = MADE[case]
    assert message in refused(home, crafted(machines, tmp_path, path, files, manifest))


def test_a_link_to_where_it_would_decide(machines: Machines, home: Path, tmp_path: Path) -> None:
    (home / ".github" / "workflows").mkdir(parents=True)
    (home / "made").symlink_to(".github/workflows")
    bundle = crafted(machines, tmp_path, "made/a.yml", ONE)

    assert "/made: a link leads where a file of CI belongs" in refused(home, bundle)
    assert list((home / ".github" / "workflows").iterdir()) == []


def test_code_and_attributes_are_a_part_of_weights(machines: Machines, home: Path, tmp_path: Path) -> None:
    ended = run_lineage("import", f"bundle:{crafted(machines, tmp_path, 'models/own', HARMLESS)}", cwd=home)

    assert ended.code == 0, ended.stderr
    assert {one.name: one.read_bytes() for one in (home / "models" / "own").iterdir()} == HARMLESS


def test_what_no_bundle_may_bring_is_not_bundled(machines: Machines, environment: Path, tmp_path: Path) -> None:
    train = projects.copy(machines.train, tmp_path / "train")
    projects.write(train, {"models/own/model.bin": b"1", "models/own/dvc.yaml": b"stages: {}\n"})
    assert run_lineage("capture", "models/own", "--from", projects.python_of(environment), cwd=train).code == 0
    asked = ("show", "models/own.lineage.toml", "--with-weights", "--bundle", tmp_path / "b.tar")

    ended = run_lineage(*asked, cwd=train)
    assert "models/own/dvc.yaml: is a file of DVC, which no bundle may bring" in ended.stderr
    assert (ended.code, (tmp_path / "b.tar").exists()) == (2, False)
