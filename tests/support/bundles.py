"""A machine that trains and may not push, a home, and what lies between them: real clones of a bare repository."""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineage.sharing.bundle_index import INDEX
from tests.support import projects
from tests.support.projects import MODEL, WEIGHTS, git, run_lineage

LINEAGE = "refs/lineage/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """Both clones stand at the same pushed commit; what was trained was edited after it."""

    remote: Path
    train: Path
    home: Path

    def bundle(self, *options: str, manifest: str = projects.MANIFEST) -> Path:
        """The bundle of the model that was trained."""
        path = self.train.parent / "model.tar"
        ended = run_lineage("show", manifest, "--bundle", path, *options, cwd=self.train)
        assert ended.code == 0, ended.stderr
        return path


def make_machines(place: Path, environment: Path, files: Mapping[str, bytes], object_format: str = "sha1") -> Machines:
    """``files`` lie in the work tree of the model, uncommitted."""
    remote, train, home = place / "remote.git", place / "train", place / "home"
    place.mkdir(parents=True, exist_ok=True)
    git(place, "init", "--quiet", "--bare", "--initial-branch=main", f"--object-format={object_format}", str(remote))
    train.mkdir()
    git(train, "init", "--quiet", "--initial-branch=main", f"--object-format={object_format}")
    git(train, "remote", "add", "origin", str(remote))
    projects.write(train, projects.FILES)
    projects.commit(train)
    git(train, "push", "--quiet", "--set-upstream", "origin", "main")
    git(place, "clone", "--quiet", str(remote), str(home))
    projects.write(train, {MODEL: WEIGHTS, **files})
    taken = run_lineage("capture", MODEL, "--from", projects.python_of(environment), cwd=train)
    assert taken.code == 0, taken.stderr
    return Machines(remote=remote, train=train, home=home)


def snapshots(root: Path) -> list[str]:
    """The commits that a repository keeps for models."""
    return git(root, "for-each-ref", "--format=%(objectname)", LINEAGE).split()


def state(root: Path) -> tuple[dict[str, bytes], list[str]]:
    """The files of a work tree, and every ref: what an import must leave alone that is refused."""
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }
    return files, git(root, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()


def members_of(bundle: Path) -> dict[str, bytes]:
    with tarfile.open(bundle) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive.getmembers()}  # type: ignore[union-attr]


def write_members(bundle: Path, members: Mapping[str, bytes]) -> Path:
    """An archive of these members, in their order, as Python's own tarfile writes it."""
    with tarfile.open(bundle, "w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return trim(bundle)


def trim(bundle: Path) -> Path:
    """Without what tarfile adds to fill its last record."""
    bundle.write_bytes(
        bundle.read_bytes().rstrip(b"\0") + bytes(-len(bundle.read_bytes().rstrip(b"\0")) % 512) + bytes(1024)
    )
    return bundle


def altered(bundle: Path, edit: Callable[[dict[str, Any], dict[str, bytes]], None]) -> Path:
    """The bundle with an edited index and members, its sizes and digests made right again."""
    members = members_of(bundle)
    index = json.loads(members.pop(INDEX))
    edit(index, members)
    for row in index["members"]:
        content = members.get(row["name"])
        if content is not None:
            row |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return write_members(bundle, {INDEX: json.dumps(index).encode(), **members})
