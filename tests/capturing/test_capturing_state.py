"""Which commit ran: edits that make the code another than the commit, edits that do not, and one state, one id."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.projects import MODEL, git, python_of, run_lineage, site_packages
from tests.support.recording import captured

Edit = Callable[[Path], object]


def commit_of(root: Path) -> tuple[str | None, str | None, str]:
    commit = git(root, "rev-parse", "HEAD")
    return commit, git(root, "rev-parse", "HEAD^{tree}"), commit


@pytest.mark.parametrize(
    ("edit", "statuses"),
    [
        (lambda root: projects.write(root, {"train.py": b"import json\n"}), [("train.py", "modified")]),
        (
            lambda root: projects.write(root, {"new.py": b"", "two words.py": b""}),
            [("new.py", "untracked"), ("two words.py", "untracked")],
        ),
        (lambda root: (root / "features.py").unlink(), [("features.py", "deleted")]),
        (lambda root: git(root, "mv", "features.py", "f.py"), [("f.py", "added"), ("features.py", "deleted")]),
        (lambda root: (root / "train.py").chmod(0o755), [("train.py", "modified")]),
        (lambda root: projects.write(root, {"params.yaml": b"depth: 3\n"}), [("params.yaml", "untracked")]),
        (lambda root: projects.write(root, {"dvc.yaml": b"stages: {}\n"}), [("dvc.yaml", "untracked")]),
        (lambda root: projects.write(root, {".gitignore": b"*.log\n*.tmp\n"}), [(".gitignore", "modified")]),
    ],
    ids=["modified", "untracked", "deleted", "renamed", "mode", "params", "pipeline", "gitignore"],
)
def test_an_edit_of_the_code_leaves_only_the_base(
    edit: Edit, statuses: list[tuple[str, str]], project: Path, environment: Path
) -> None:
    edit(project)

    manifest = captured(project, environment, snapshot_limit=None).manifest

    code = manifest.code
    assert (code.commit, code.tree, code.base) == (None, None, git(project, "rev-parse", "HEAD"))
    assert [one for one in manifest.problems if one.code.startswith("code.")] == [
        *(("code.dirty", path, f"{status}, not as committed") for path, status in statuses),
        ("code.not-kept", "code", "no snapshot of the code was made, as asked: what ran is in no commit"),
    ]


def test_many_edits_are_counted_where_they_are_not_named(project: Path, environment: Path) -> None:
    projects.write(project, {f"new/{number:02}.py": b"" for number in range(53)})

    found = captured(project, environment, snapshot_limit=None).manifest.problems

    assert [(one.subject, one.detail) for one in found if one.code == "code.dirty"][-2:] == [
        ("new/49.py", "untracked, not as committed"),
        ("…", "3 more paths"),
    ]


@pytest.mark.parametrize(
    "edit",
    [
        lambda root: projects.write(root, {f"{MODEL}.lineage-log.toml": b"", "models/old.lineage.toml": b""}),
        lambda root: projects.write(root, {"__pycache__/train.cpython-311.pyc": b"", "old.pyc": b""}),
        lambda root: projects.make_environment(root / "env"),
        lambda root: projects.write(root, {"conda/conda-meta/history": b"", "conda/lib/a.py": b""}),
        lambda root: projects.write(root, {"dvc.lock": b"schema: '2.0'\nstages: {}\n", ".dvcignore": b""}),
        lambda root: projects.write(root, {"ignored.log": b"epoch 1\n"}),
        lambda root: git(root, "add", MODEL),
    ],
    ids=["manifests", "bytecode", "environment", "conda", "dvc", "ignored", "staged weights"],
)
def test_what_tools_write_leaves_the_commit(edit: Edit, project: Path, environment: Path) -> None:
    edit(project)

    manifest = captured(project, environment).manifest

    assert (manifest.code.commit, manifest.code.tree, manifest.code.base) == commit_of(project)
    assert manifest.problems == ()


def test_what_dvc_add_writes_leaves_the_commit(tracked: Path, environment: Path) -> None:
    assert git(tracked, "status", "--porcelain", "--untracked-files=all").split("\n") == [
        "?? .gitignore" if not (tracked / ".gitignore").exists() else "M .gitignore",
        "?? data.dvc",
        "?? models/.gitignore",
        f"?? {MODEL}.dvc",
    ]

    manifest = captured(tracked, environment).manifest

    assert (manifest.code.commit, manifest.code.tree, manifest.code.base) == commit_of(tracked)
    assert manifest.problems == ()


def test_a_line_of_the_user_among_those_of_dvc_is_an_edit(tracked: Path, environment: Path) -> None:
    with (tracked / "models" / ".gitignore").open("a") as file:
        file.write("*.tmp\n")

    found = captured(tracked, environment, snapshot_limit=None).manifest.problems
    assert [one.subject for one in found] == ["models/.gitignore", "code"]


def test_the_metrics_file_that_the_run_wrote_leaves_the_commit(project: Path, environment: Path) -> None:
    projects.write(project, {"metrics.json": b'{"auc": 0.91}'})

    assert captured(project, environment, snapshot_limit=None).manifest.code.commit is None
    found = captured(project, environment, generated=(project / "metrics.json",))
    assert found.manifest.code.commit == git(project, "rev-parse", "HEAD")


def test_a_detached_head_is_a_commit_as_any_other(project: Path, environment: Path) -> None:
    git(project, "checkout", "--quiet", "--detach")

    manifest = captured(project, environment).manifest

    assert (manifest.code.commit, manifest.code.tree, manifest.code.base) == commit_of(project)


def test_git_variables_of_a_hook_do_not_lead_to_another_repository(
    project: Path, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = projects.make_repository(tmp_path / "other", {"x.py": b""})
    expected = commit_of(project)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))

    manifest = captured(project, environment).manifest

    assert (manifest.code.commit, manifest.code.tree, manifest.code.base) == expected


def test_one_state_has_one_id_at_another_path_and_for_another_user(environment: Path, tmp_path: Path) -> None:
    here = projects.make_repository(tmp_path / "here" / "fraud")
    there = tmp_path / "another place" / "clone"
    git(tmp_path, "clone", "--quiet", str(here), str(there))
    git(there, "remote", "set-url", "origin", "git@example.org:acme/fraud.git")
    git(here, "remote", "set-url", "origin", "ssh://ada:secret@example.org/acme/fraud")
    ids, texts = [], []
    shutil.copytree(here / "models", there / "models")
    for root, name in ((here, "ada"), (there, "bob")):
        own = projects.copy(environment, root.parent / "env")
        url = {"url": root.as_uri(), "dir_info": {"editable": True}}
        projects.install(site_packages(own), "fraud", "1.0", module="__editable__", direct_url=url)
        home = root.parent / "home"
        home.mkdir()
        env = {"HOME": str(home), "USER": name, "LOGNAME": name, "TZ": f"{name.upper()}-5", "LC_ALL": "C"}

        ended = run_lineage("capture", MODEL, "--from", f"python:{python_of(own)}", "-q", cwd=root, env=env)

        assert (ended.code, ended.stderr) == (0, "")
        text = (root / projects.MANIFEST).read_text()
        ids += [line for line in text.splitlines() if line.startswith("id = ")]
        texts.append([line for line in text.splitlines() if not line.startswith("created = ")])
        assert not [word for word in (str(tmp_path), os.uname().nodename, name, "secret") if word in text]

    assert ids[0] == ids[1]
    assert texts[0] == texts[1]
