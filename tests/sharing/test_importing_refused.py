"""``lineage import`` of what must not be taken: one clear line, and nothing was changed."""

import json
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import projects
from tests.support.bundles import Machines, altered, make_machines, members_of, state, write_members
from tests.support.projects import MANIFEST, MODEL, WEIGHTS, git, run_lineage

MEMBER = f"weights/{MODEL}"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Machines:
    files = {"train.py": b"import features\n"}
    found = make_machines(tmp_path_factory.mktemp("machines") / "place", environment, files)
    found.bundle("--with-weights")
    return found


@pytest.fixture
def bundle(machines: Machines, tmp_path: Path) -> Path:
    """A good one, to be spoilt."""
    path = tmp_path / "b.tar"
    path.write_bytes((machines.remote.parent / "model.tar").read_bytes())
    return path


@pytest.fixture
def home(machines: Machines, tmp_path: Path) -> Path:
    return projects.copy(machines.home, tmp_path / "home")


def refused(home: Path, bundle: Path, *options: str) -> str:
    """The first line of what is said of a bundle that is refused, its path as ``b.tar``."""
    before = state(home)
    ended = run_lineage("import", *options, f"bundle:{bundle}", cwd=home)
    assert (ended.code, ended.stdout) == (2, ""), ended.stderr
    assert state(home) == before
    assert list(home.rglob("*.lineage-import-*")) == []
    return ended.stderr.splitlines()[0].replace(str(bundle), "b.tar").replace(str(home), "home")


def first_of(bundle: Path, **fields: Any) -> None:
    """Replace the first member by another kind of thing."""
    info = tarfile.TarInfo("lineage-bundle.json")
    for key, value in fields.items():
        setattr(info, key, value)
    content = bundle.read_bytes()
    bundle.write_bytes(info.tobuf(tarfile.PAX_FORMAT) + content[512:])


def zeros(bundle: Path, size: int) -> None:
    bundle.write_bytes(b"")
    os.truncate(bundle, size)


PLAIN = "holds something that is not a plain file: 'lineage-bundle.json'"
FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda b: b.write_bytes(b""), "is cut short, or is not a bundle of lineage"),
    "text": (lambda b: b.write_bytes(b"hello\n" * 500), "is not a bundle of lineage"),
    "zeros": (lambda b: zeros(b, 1 << 40), "has more behind its end, or is cut short"),
    "no end": (lambda b: b.write_bytes(b.read_bytes()[:-1024]), "is cut short, or is not a bundle of lineage"),
    "half": (lambda b: b.write_bytes(b.read_bytes()[:3000]), "is cut short: in 'manifest.lineage.toml'"),
    "more": (lambda b: b.write_bytes(b.read_bytes() + b"x"), "has more behind its end, or is cut short"),
    "gzip": (lambda b: b.write_bytes(b"\x1f\x8b" + bytes(2000)), "is not a bundle of lineage"),
    "checksum": (lambda b: b.write_bytes(b"L" + b.read_bytes()[1:]), "is damaged: a checksum is wrong"),
    "other tar": (lambda b: write_members(b, {"a": b"b"}), "is not a bundle of lineage"),
    "link": (lambda b: first_of(b, type=tarfile.SYMTYPE, linkname="/etc"), PLAIN),
    "hard link": (lambda b: first_of(b, type=tarfile.LNKTYPE, linkname="x"), PLAIN),
    "device": (lambda b: first_of(b, type=tarfile.CHRTYPE), PLAIN),
    "directory": (lambda b: first_of(b, type=tarfile.DIRTYPE), PLAIN),
    "sparse": (lambda b: first_of(b, type=tarfile.GNUTYPE_SPARSE), PLAIN),
    "fifo": (lambda b: first_of(b, type=tarfile.FIFOTYPE), PLAIN),
    "size lies": (lambda b: first_of(b, size=1 << 32), "is cut short: in 'lineage-bundle.json'"),
    "1 TB": (lambda b: first_of(b, size=1 << 40), "is cut short: in 'lineage-bundle.json'"),
    "large header": (lambda b: first_of(b, type=tarfile.XHDTYPE, size=1 << 32), "has a header that is too large"),
    "odd header": (lambda b: first_of(b, pax_headers={"SCHILY.xattr.a": "b"}), "has an extended header that is not …"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_is_no_bundle(case: str, home: Path, bundle: Path) -> None:
    spoil, message = FILES[case]
    spoil(bundle)
    said = refused(home, bundle)
    assert said.replace("understood", "…") == f"lineage: error: b.tar: {message}"


def test_a_sparse_file_of_any_size_is_not_read(home: Path, bundle: Path) -> None:
    size = 1 << 42
    members = members_of(bundle)
    index = json.loads(members["lineage-bundle.json"])
    index["members"] = [index["members"][0], {"name": "code.bundle", "size": size, "sha256": "0" * 64}]
    kept = {"lineage-bundle.json": json.dumps(index).encode()} | dict([*members.items()][1:2])
    info = tarfile.TarInfo("code.bundle")
    info.size = size
    bundle.write_bytes(write_members(bundle, kept).read_bytes()[:-1024] + info.tobuf(tarfile.PAX_FORMAT))
    os.truncate(bundle, bundle.stat().st_size + size + 1024)
    said = refused(home, bundle)
    assert said.startswith("lineage: error: b.tar: needs 4,398,046.5 MB of space for a moment, and there are ")


def test_what_is_no_file_at_all(home: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    said = refused(home, tmp_path / "fifo")
    assert said == "lineage: error: b.tar: a bundle must be a regular file"
    assert refused(home, tmp_path) == "lineage: error: b.tar: cannot be read: Is a directory"
    assert refused(home, tmp_path / "absent") == "lineage: error: b.tar: there is no such bundle"
    ended = run_lineage("import", "mlflow:x", cwd=home)
    assert (ended.code, ended.stderr.splitlines()) == (
        2,
        ["lineage: error: mlflow:x: is nothing that can be imported", "  write it as bundle:FILE"],
    )


def index(key: str, value: object) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    return lambda table, members: table.update({key: value})


def rename(path: str) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    """The weights' member under another name."""

    def edit(table: dict[str, Any], members: dict[str, bytes]) -> None:
        members[path] = members.pop(MEMBER)
        table["members"][-1]["name"] = path

    return edit


def add(path: str) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    def edit(table: dict[str, Any], members: dict[str, bytes]) -> None:
        members[path] = b"x"
        table["members"].append({"name": path})

    return edit


def content(name: str, new: bytes) -> Callable[[dict[str, Any], dict[str, bytes]], None]:
    return lambda table, members: members.update({name: new})


INSIDE = "must be a relative path that stays inside the repository, not"
ORDER = "members: must be manifest.lineage.toml, code.bundle and weights/…, in this order"
ENTRIES: dict[str, tuple[Callable[[dict[str, Any], dict[str, bytes]], None], str]] = {
    "absolute": (index("manifest", "/tmp/x.lineage.toml"), f"manifest: {INSIDE} '/tmp/x.lineage.toml'"),
    "upwards": (index("manifest", "../x.lineage.toml"), f"manifest: {INSIDE} '../x.lineage.toml'"),
    "git's": (index("manifest", ".GIT/x.lineage.toml"), f"manifest: {INSIDE} '.GIT/x.lineage.toml'"),
    "short": (index("manifest", "a/git~1/x.lineage.toml"), f"manifest: {INSIDE} 'a/git~1/x.lineage.toml'"),
    "dots": (index("manifest", "a/.git. /x.lineage.toml"), f"manifest: {INSIDE} 'a/.git. /x.lineage.toml'"),
    "control": (index("manifest", "a\x1b.lineage.toml"), f"manifest: {INSIDE} 'a\\x1b.lineage.toml'"),
    "suffix": (index("manifest", "train.py"), "manifest: must end in .lineage.toml"),
    "id": (index("id", "sha256:" + "0" * 64), f"id: is sha256:{'0' * 64}, but the manifest's is …"),
    "commit": (index("commit", "0" * 40), f"commit: is {'0' * 40}, but the manifest's is …"),
    "no commit": (index("commit", "--upload-pack=x"), "commit: has not the form that it must have: '--upload-pack=x'"),
    "schema": (index("schema", "2.0"), "schema: is '2.0', not 1.0"),
    "more keys": (index("run", "rm"), "the index: must have exactly the keys schema, manifest, id, commit, members"),
    "weights up": (rename("weights/../x"), f"members[2].name: {INSIDE} 'weights/../x'"),
    "weights in git": (rename("weights/.git/hooks/x"), f"members[2].name: {INSIDE} 'weights/.git/hooks/x'"),
    "other weights": (rename("weights/train.py"), f"{MODEL}: has some of the weights, but not these"),
    "unasked": (add("weights/zz"), "members: has weights that the manifest does not record"),
    "foreign": (add("zz"), ORDER),
    "twice": (add(MEMBER), "members: weights must stand once each, sorted by name"),
    "other bytes": (content(MEMBER, b"x" * len(WEIGHTS)), f"{MODEL}: are not the weights that the manifest records"),
    "no manifest": (content("manifest.lineage.toml", b"a = 1"), "…"),
    "no code": (content("code.bundle", b"x"), "is no bundle of git that lineage makes"),
    "no pack": (content("code.bundle", b"# v2 git bundle\n\nPACK"), "is no bundle of git that lineage makes"),
}


@pytest.mark.parametrize("case", ENTRIES)
def test_an_index_that_is_not_believed(case: str, home: Path, bundle: Path) -> None:
    edit, message = ENTRIES[case]
    said = refused(home, altered(bundle, edit))
    begun, dots, _ = f"lineage: error: b.tar: {message}".partition("…" if message.endswith("…") else "\0")
    if case == "no manifest":
        begun = f"lineage: error: b.tar:{MANIFEST}"
    assert said.startswith(begun) if dots else said == begun, said


@pytest.mark.parametrize(
    "text",
    [b"[" * 200_000, b'{"a": 1, "a": 1}', b"\xff", b"9" * 10_000, b"null", b'{"schema": "1.0"}'],
    ids=["deep", "twice", "bytes", "long number", "null", "short"],
)
def test_json_that_is_a_trap(text: bytes, home: Path, bundle: Path) -> None:
    said = refused(home, write_members(bundle, {**members_of(bundle), "lineage-bundle.json": text}))
    assert said in (
        "lineage: error: b.tar: the index is not JSON that can be read",
        "lineage: error: b.tar: the index: must have exactly the keys schema, manifest, id, commit, members",
    )


def test_bytes_that_changed_on_the_way(home: Path, bundle: Path) -> None:
    members = members_of(bundle)
    members["code.bundle"] = members["code.bundle"][:-1] + bytes([members["code.bundle"][-1] ^ 1])
    said = refused(home, write_members(bundle, members))
    assert said == "lineage: error: b.tar: is damaged: code.bundle has not the digest that its index names"


def test_members_that_are_not_those_of_the_index(home: Path, bundle: Path) -> None:
    members = members_of(bundle)
    said = refused(home, write_members(bundle, {**members, "zz": b""}))
    assert said == "lineage: error: b.tar: its members are not those that its index names: there are more"
    del members[MEMBER]
    said = refused(home, write_members(bundle, members))
    assert said == f"lineage: error: b.tar: its members are not those that its index names: {MEMBER}"


def test_a_manifest_whose_id_does_not_fit(home: Path, bundle: Path) -> None:
    def edit(table: dict[str, Any], members: dict[str, bytes]) -> None:
        text = members["manifest.lineage.toml"].replace(b'name = "models/fraud"', b'name = "models/other"')
        members["manifest.lineage.toml"] = text

    assert refused(home, altered(bundle, edit)).startswith(f"lineage: error: b.tar:{MANIFEST}: id")


def test_a_pack_with_another_commit_or_a_broken_one(home: Path, bundle: Path) -> None:
    commit = json.loads(members_of(bundle)["lineage-bundle.json"])["commit"]

    def damaged(table: dict[str, Any], members: dict[str, bytes]) -> None:
        members["code.bundle"] = members["code.bundle"][:-30] + bytes(30)

    assert refused(home, altered(bundle, damaged)).startswith("lineage: error: b.tar: its commit cannot be taken: ")

    def other(table: dict[str, Any], members: dict[str, bytes]) -> None:
        members["code.bundle"] = members["code.bundle"].replace(commit.encode(), b"1" * 40)

    message = f"lineage: error: b.tar: code.bundle does not hold the commit of the manifest, {commit}"
    assert refused(home, altered(bundle, other)) == message

    def empty(table: dict[str, Any], members: dict[str, bytes]) -> None:
        pack = subprocess.run(["git", "pack-objects", "--stdout"], cwd=home, input=b"", capture_output=True, check=True)
        members["code.bundle"] = f"# v2 git bundle\n{commit} refs/lineage/{commit}\n\n".encode() + pack.stdout

    assert refused(home, altered(bundle, empty)) == message


def test_commits_that_home_does_not_have(bundle: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "elsewhere")
    git(tmp_path / "elsewhere", "commit", "--quiet", "--allow-empty", "-m", "Begin")
    header = members_of(bundle)["code.bundle"].split(b"\n")
    said = refused(tmp_path / "elsewhere", bundle)
    base = header[1].removeprefix(b"-").decode()
    assert said == f"lineage: error: b.tar: builds on commits that are not here: {base}"


def test_files_that_stand_in_the_way(home: Path, bundle: Path) -> None:
    projects.write(home, {MODEL: b"mine"})
    said = refused(home, bundle)
    assert said == f"lineage: error: home/{MODEL}: other weights stand there: nothing was written"
    (home / MODEL).unlink()
    projects.write(home, {MANIFEST: b"mine"})
    said = refused(home, bundle)
    assert said == f"lineage: error: home/{MANIFEST}: another manifest stands there: nothing was written"
    projects.write(home, {MODEL: b"mine"})
    ended = run_lineage("import", "--force", f"bundle:{bundle}", cwd=home)
    assert ended.code == 0, ended.stderr
    assert (home / MODEL).read_bytes() == projects.WEIGHTS
    assert sorted(path.name for path in (home / "models").iterdir()) == ["fraud.pkl", "fraud.pkl.lineage.toml"]


@pytest.mark.parametrize("target", ["../outside", ".git", "features.py"])
def test_a_link_that_leads_elsewhere(target: str, home: Path, bundle: Path) -> None:
    (home.parent / "outside").mkdir()
    (home / "models").symlink_to(target)
    is_file = target == "features.py"
    message = "is in the way: it is no directory" if is_file else "a link leads out of the repository"
    assert refused(home, bundle, "--force") == f"lineage: error: home/models: {message}"
    elsewhere = altered(bundle, index("manifest", "fraud.lineage.toml"))
    assert refused(home, elsewhere, "--force") == f"lineage: error: home/models: {message}"
    assert list((home.parent / "outside").iterdir()) == []


def test_a_hook_of_home_is_not_run(home: Path, bundle: Path) -> None:
    for name in ("reference-transaction", "post-checkout", "post-merge", "pre-receive", "update"):
        projects.script(home / ".git" / "hooks" / name, f"touch '{home}/ran'", "exit 1")
    assert run_lineage("import", f"bundle:{bundle}", cwd=home).code == 0
    assert not (home / "ran").exists()


def test_a_write_that_fails_takes_all_back(home: Path, bundle: Path) -> None:
    commit = json.loads(members_of(bundle)["lineage-bundle.json"])["commit"]
    lock = home / ".git" / "refs" / "lineage" / f"{commit}.lock"
    projects.write(home, {lock.relative_to(home).as_posix(): b""})
    assert refused(home, bundle).startswith("lineage: error: git update-ref: ")
    assert not (home / "models").exists()
    lock.unlink()
    assert run_lineage("import", f"bundle:{bundle}", cwd=home).code == 0
