"""Finding the manifest that is meant: every form of MANIFEST, and the list where several could be."""

from dataclasses import replace
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.manifest.document import INLINE, to_document
from lineage.manifest.files import find_manifest, manifest_path, read_manifest, write_manifest
from lineage.model.manifest import Manifest, StoredManifest
from lineage.system.tomlwriter import render_toml
from tests.support.documents import FULL

NONE = "no file *.lineage.toml is here that git does not ignore: capture a model, then git add its manifest"


def put(directory: Path, name: str, manifest: Manifest = FULL) -> str:
    path = directory / f"{name}.lineage.toml"
    write_manifest(manifest, path)
    return str(path)


def nowhere(revision: str, path: str) -> bytes | None:
    raise AssertionError(f"{revision}:{path} was asked for")


def not_listed() -> list[str]:
    raise AssertionError("the repository was listed")


def found(text: str | None, *paths: str) -> StoredManifest:
    return find_manifest(text, lambda: paths, nowhere)


def failure(text: str | None, *paths: str) -> str:
    with pytest.raises(InputError) as caught:
        found(text, *paths)
    return str(caught.value)


def test_a_path_needs_no_repository(tmp_path: Path) -> None:
    path = put(tmp_path, "m")
    (tmp_path / "renamed").write_bytes(Path(path).read_bytes())

    expected = read_manifest(path)
    assert (expected.manifest, expected.path) == (FULL, path)
    assert find_manifest(path, not_listed, nowhere) == expected
    assert find_manifest(str(tmp_path / "renamed"), not_listed, nowhere) == replace(
        expected, path=str(tmp_path / "renamed")
    )


def test_a_path_wins_over_every_other_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    content = Path(put(tmp_path, "m")).read_bytes()
    for name in ("HEAD:m", "sha256:ab", "models"):
        Path(name).write_bytes(content)

        assert find_manifest(name, not_listed, nowhere).path == name


def test_left_out_it_is_the_only_one(tmp_path: Path) -> None:
    one, two = put(tmp_path, "a"), put(tmp_path, "b", replace(FULL, name="other"))

    assert found(None, one) == read_manifest(one)
    assert failure(None, one, two) == f"name a manifest: {one}, {two}\n  lineage log lists them"
    assert failure(None) == f"name a manifest: there is none here\n  {NONE}"


def test_a_name_that_one_model_has(tmp_path: Path) -> None:
    one, two = put(tmp_path, "a"), put(tmp_path, "b", replace(FULL, name="other"))
    twin = put(tmp_path, "c", replace(FULL, name="other", evidence="asserted"))

    assert found("models/fraud", one, two) == read_manifest(one)
    assert failure("other", one, two, twin) == f"other: several manifests have this name: {two}, {twin}"
    assert failure("nobody", one, two) == (
        "nobody: no file and no manifest of this name\n  lineage log lists the manifests"
    )
    assert failure("nobody") == "nobody: no file and no manifest of this name\n  lineage log lists the manifests"


def test_a_directory_may_have_the_name_of_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models" / "fraud").mkdir(parents=True)
    one = put(tmp_path, "a")

    assert found("models/fraud", one) == read_manifest(one)


def test_an_id_by_its_beginning(tmp_path: Path) -> None:
    one, two = put(tmp_path, "a"), put(tmp_path, "b", replace(FULL, name="other"))
    id_of_one = read_manifest(one).id

    for length in (9, 12, len(id_of_one)):
        assert found(id_of_one[:length], one, two) == read_manifest(one)
    assert failure("sha256:", one, two) == f"sha256:: several manifests have this id: {one}, {two}"
    assert failure("sha256:xyz", one) == (
        "sha256:xyz: no file and no manifest of this id\n  lineage log lists the manifests"
    )


def test_a_revision_and_a_path(tmp_path: Path) -> None:
    content = Path(put(tmp_path, "m")).read_bytes()
    asked = []

    def at_revision(revision: str, path: str) -> bytes | None:
        asked.append((revision, path))
        return content if path == "m:1.lineage.toml" else b"?" if path == "bad" else None

    stored = find_manifest("HEAD~1:m:1.lineage.toml", not_listed, at_revision)
    assert (stored.manifest, stored.path) == (FULL, "HEAD~1:m:1.lineage.toml")
    for text, message in {
        "main:absent": "main:absent: there is no such file in that revision",
        "main:bad": "main:bad:1:1: is not TOML: Invalid statement",
    }.items():
        with pytest.raises(InputError) as caught:
            find_manifest(text, not_listed, at_revision)
        assert str(caught.value) == message
    assert asked == [("HEAD~1", "m:1.lineage.toml"), ("main", "absent"), ("main", "bad")]


def test_what_looks_like_a_manifest_and_is_not_there(tmp_path: Path) -> None:
    path = str(tmp_path / "absent.lineage.toml")

    assert failure(path) == f"{path}: there is no such manifest"


@pytest.mark.parametrize("text", ["x" * 300, "a/" * 3000, "a\0b", ""])
def test_what_no_path_can_be_is_a_name_that_nobody_has(text: str) -> None:
    assert failure(text) == (
        f"{text + ': ' if text else ''}no file and no manifest of this name\n  lineage log lists the manifests"
    )


def test_a_manifest_that_cannot_be_read_might_be_the_one_that_is_meant(tmp_path: Path) -> None:
    one = put(tmp_path, "a")
    broken = tmp_path / "b.lineage.toml"
    broken.write_bytes(b"schema = '1.0'\n")

    for text in ("models/fraud", "sha256:"):
        assert failure(text, one, str(broken)).startswith(f"{broken}: \n  id: is missing\n  name: is missing\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", 'schema: is missing or not a text like "1.0": this is no manifest'),
        (b"a = 1\n", 'schema: is missing or not a text like "1.0": this is no manifest'),
        (b"schema = '2.0'\n", "schema 2.0 cannot be read by this version, which reads 1.0"),
    ],
)
def test_a_foreign_file_is_no_manifest(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "m.lineage.toml"
    path.write_bytes(content)

    with pytest.raises(InputError) as caught:
        read_manifest(path)

    assert (caught.value.message, caught.value.where) == (message, str(path))


def test_every_beginning_of_a_manifest_is_refused(tmp_path: Path) -> None:
    content = render_toml(to_document(FULL), INLINE)
    path = tmp_path / "m.lineage.toml"

    for length in range(0, len(content) - 1, 7):
        path.write_bytes(content[:length])
        with pytest.raises(InputError):
            read_manifest(path)


@pytest.mark.parametrize(
    ("weights", "inside", "expected"),
    [
        ("models/fraud.pkl", None, "models/fraud.pkl.lineage.toml"),
        ("fraud.pkl", None, "fraud.pkl.lineage.toml"),
        ("models", "models", "models.lineage.toml"),
        ("out/models/fraud.pkl", "out/models", "out/fraud.pkl.lineage.toml"),
        ("models/a/b.pkl", "models", "b.pkl.lineage.toml"),
    ],
)
def test_where_the_manifest_of_weights_belongs(weights: str, inside: str | None, expected: str) -> None:
    assert manifest_path(weights, inside) == expected
