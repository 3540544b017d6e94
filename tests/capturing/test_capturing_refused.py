"""What cannot be captured is refused whole: the message says what and where, and no file is written."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lineage.errors import LineageError
from lineage.model.manifest import freeze
from lineage.portable.policy import ModelRule
from tests.support import projects
from tests.support.projects import MODEL
from tests.support.recording import captured, recorded

Options = Callable[[Path], dict[str, Any]]

CONTROL = "name the files that training wrote; a directory of weights may hold such a file"

REFUSED: list[tuple[str, tuple[str, ...], Options, str]] = [
    (
        "no such weights",
        ("models/none.pkl",),
        lambda root: {},
        "{root}/models/none.pkl: there are no such weights\n  name a file or directory that exists",
    ),
    (
        "outside the repository",
        ("../outside.pkl",),
        lambda root: {"output": root / "m.lineage.toml"},
        "{base}: not in a git repository\n  run git init at the root of the project and commit the code; "
        "or, in a CI job without .git, pass on the variables of the provider: docs/manifest.md",
    ),
    (
        "one of two outside the repository",
        (MODEL, "../outside.pkl"),
        lambda root: {"output": root / "m.lineage.toml"},
        "{root}/../outside.pkl: is not inside the repository {root}\n"
        "  a manifest records weights of one repository: move or copy them into it",
    ),
    (
        "the repository itself",
        (".",),
        lambda root: {},
        "{root}: is not inside the repository {root}\n"
        "  a manifest records weights of one repository: move or copy them into it",
    ),
    (
        "an empty directory",
        ("hollow",),
        lambda root: {},
        "hollow: the directory holds no file\n  name the directory that the weights are in",
    ),
    (
        "several without a manifest",
        (MODEL, "train.py"),
        lambda root: {},
        "several paths are one model: name its manifest with -o\n  -o models/NAME.lineage.toml",
    ),
    (
        "another suffix",
        (MODEL,),
        lambda root: {"output": root / "models" / "m.toml"},
        "{root}/models/m.toml: must end in .lineage.toml",
    ),
    (
        "a suffix alone",
        (MODEL,),
        lambda root: {"output": root / ".lineage.toml"},
        "{root}/.lineage.toml: must end in .lineage.toml",
    ),
    (
        "a manifest outside the repository",
        (MODEL,),
        lambda root: {"output": root.parent / "m.lineage.toml"},
        "{base}/m.lineage.toml: is not inside the repository {root}\n"
        "  a manifest records weights of one repository: move or copy them into it",
    ),
    (
        "no such entry",
        (MODEL,),
        lambda root: {"entry": root / "fit.py"},
        "{root}/fit.py: there is no such entry script",
    ),
    (
        "an ignored entry",
        (MODEL,),
        lambda root: {"entry": root / "old.log"},
        "{root}/old.log: the entry script is ignored by git\n  track it: git add -f",
    ),
    (
        "a script",
        ("train.py",),
        lambda root: {},
        "train.py: is code, no weights: whoever changes them would change the gate\n  {control}",
    ),
    (
        "a file of CI among the weights",
        (MODEL, ".github/workflows/train.yml"),
        lambda root: {"output": root / "m.lineage.toml"},
        ".github/workflows/train.yml: is a file of CI, no weights: whoever changes them would change the gate\n"
        "  {control}",
    ),
    (
        "a pipe",
        ("pipe",),
        lambda root: {},
        "{root}/pipe: not a regular file but a FIFO\n  weights are files, or a directory of files",
    ),
    (
        "a name that is empty",
        (MODEL,),
        lambda root: {"name": ""},
        "a model cannot be named '': it is empty\n  choose another with --name",
    ),
    (
        "a name that looks like another",
        (MODEL,),
        lambda root: {"name": "models/fr\u0430ud"},
        "a model cannot be named 'models/fr\\u0430ud': it mixes letters of alphabets that look alike\n"
        "  choose another with --name",
    ),
    (
        "a label that cannot be seen",
        (MODEL,),
        lambda root: {"labels": freeze({"team": {"a\u200b": 1}})},
        "a label cannot be named 'a\\u200b': it holds what cannot be seen",
    ),
    (
        "a declared file that is not there",
        (MODEL,),
        lambda root: {"models": (ModelRule(match="*", declared=("envs/gpu.lock",)),)},
        "models/fraud: the policy's declared file envs/gpu.lock is not in the repository",
    ),
]


@pytest.mark.parametrize(("_name", "paths", "options", "message"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_captured_is_refused(
    _name: str, paths: tuple[str, ...], options: Options, message: str, project: Path, environment: Path
) -> None:
    project = project.resolve()
    (project.parent / "outside.pkl").write_bytes(b"x")
    (project / "hollow").mkdir()
    (project / "old.log").touch()
    (project / ".github" / "workflows").mkdir(parents=True)
    (project / ".github" / "workflows" / "train.yml").touch()
    os.mkfifo(project / "pipe")
    before = projects.snapshot(project.parent)

    with pytest.raises(LineageError) as caught:
        captured(project, environment, *paths, snapshot_limit=None, **options(project))

    assert str(caught.value) == message.format(root=project, base=project.parent, control=CONTROL)
    assert projects.snapshot(project.parent) == before


def test_no_weights_at_all_are_refused(project: Path, environment: Path) -> None:
    from lineage.capturing.capture import capture
    from lineage.capturing.request import CaptureRequest
    from tests.support.recording import NOW, source

    with pytest.raises(LineageError) as caught:
        capture(CaptureRequest(paths=()), source(environment), now=NOW)

    assert str(caught.value) == "no weights were named"


@pytest.mark.parametrize(
    ("foreign", "reason"),
    [
        ('title = "mine"\n', 'schema: is missing or not a text like "1.0": this is no manifest'),
        ('schema = "2.0"\n', "schema 2.0 cannot be read by this version, which reads 1.0"),
    ],
)
def test_a_foreign_file_at_the_manifest_s_place_is_refused_and_kept(
    foreign: str, reason: str, project: Path, environment: Path
) -> None:
    path = project.resolve() / "models" / "m.lineage.toml"
    path.write_text(foreign)

    with pytest.raises(LineageError) as caught:
        recorded(project, environment, output=path)

    assert str(caught.value) == (
        f"{path}: what stands there is not replaced: {reason}\n  move it away, or name another file with -o"
    )
    assert path.read_text() == foreign


def test_a_committed_manifest_that_cannot_be_read_is_a_problem_of_the_record(project: Path, environment: Path) -> None:
    path = project / projects.MANIFEST
    path.write_text("<<<<<<< ours\n")
    projects.commit(project)
    path.unlink()

    found = captured(project, environment)

    assert found.manifest.parent is None
    assert found.manifest.problems == (
        (
            "manifest.parent-unreadable",
            projects.MANIFEST,
            "as committed at HEAD: is not TOML: Invalid statement",
        ),
    )


def test_a_link_to_what_decides_about_models_is_refused_and_one_into_a_store_is_not(
    project: Path, environment: Path
) -> None:
    kept = project / ".git" / "annex" / "objects" / "a" / "b"
    projects.write(project, {kept.relative_to(project).as_posix(): b"bytes", "lineage.toml": b"[tool.lineage]\n"})
    (project / "kept.bin").symlink_to(kept)
    (project / "linked.bin").symlink_to("lineage.toml")

    with pytest.raises(LineageError) as caught:
        captured(project, environment, "linked.bin")
    assert str(caught.value).startswith("linked.bin: is a file of the policy, no weights: ")
    assert captured(project, environment, "kept.bin").manifest.weights[0].size == 5
