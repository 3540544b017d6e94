"""What is missing, broken, foreign or hostile: the code, the whole message, no traceback, and nothing changed."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, Ended, git, python_of, run_lineage, script
from tests.support.recording import recorded

HINT = "  capture the model again, or take the file from git as it was committed\n"
VERIFY = ("verify", MANIFEST, "--against", "{target}")
CAPTURE = ("capture", MODEL, "--from", "{target}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``{root}``, ``{base}`` (its parent), ``{target}`` and ``{id}`` (of the manifest) are filled in."""

    name: str
    arguments: tuple[str, ...] = VERIFY
    arrange: Callable[[Path], object] = lambda root: None
    code: int = 2
    stderr: str
    env: Mapping[str, str] = field(default_factory=dict)


def edit(change: Callable[[str], str]) -> Callable[[Path], object]:
    """Another text in the place of the manifest."""
    return lambda root: (root / MANIFEST).write_text(change((root / MANIFEST).read_text()))


def edit_key(old: str, new: str) -> Callable[[Path], object]:
    return edit(lambda text: text.replace(old, new, 1))


def bare(root: Path) -> None:
    git(root.parent, "clone", "--quiet", "--bare", str(root), "bare.git")
    (root.parent / "bare.git" / "m.pkl").touch()


def start_anew(root: Path) -> None:
    shutil.rmtree(root / ".git")
    git(root, "init", "--quiet")


def conflict(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join([*lines[:1], "<<<<<<< HEAD\n", lines[1], "=======\n", lines[1], ">>>>>>> branch\n", *lines[2:]])


CASES = [
    Case(
        name="no such manifest",
        arguments=("verify", "models/none.pkl.lineage.toml", "--against", "{target}"),
        stderr="models/none.pkl.lineage.toml: there is no such manifest\n",
    ),
    Case(
        name="no such name",
        arguments=("verify", "models/none", "--against", "{target}"),
        stderr="models/none: no file and no manifest of this name\n  lineage log lists the manifests\n",
    ),
    Case(
        name="no such revision",
        arguments=("verify", f"v9:{MANIFEST}", "--against", "{target}"),
        stderr="v9: there is no such revision\n  git log lists the revisions\n",
    ),
    Case(
        name="a name longer than a file's",
        arguments=("verify", "x" * 300, "--against", "{target}"),
        stderr=f"{'x' * 300}: no file and no manifest of this name\n  lineage log lists the manifests\n",
    ),
    Case(
        name="truncated manifest",
        arrange=edit(lambda text: text[: text.index("size =") + 6]),
        stderr=f"{MANIFEST}: is not TOML: Invalid value\n",
    ),
    Case(
        name="empty manifest",
        arrange=edit(lambda text: ""),
        stderr=f'{MANIFEST}: schema: is missing or not a text like "1.0": this is no manifest\n{HINT}',
    ),
    Case(
        name="cut at a line",
        arrange=edit(lambda text: text[: text.index("[environment]")]),
        stderr=f"{MANIFEST}: id is {{id}}, but the content has {{actual}}: it was edited after capture\n{HINT}",
    ),
    Case(
        name="edited manifest",
        arrange=edit_key("1.26.4", "2.0.1"),
        stderr=f"{MANIFEST}: id is {{id}}, but the content has {{actual}}: it was edited after capture\n{HINT}",
    ),
    Case(
        name="foreign manifest",
        arrange=edit(lambda text: '[tool.poetry]\nname = "x"\n'),
        stderr=f'{MANIFEST}: schema: is missing or not a text like "1.0": this is no manifest\n{HINT}',
    ),
    Case(
        name="newer manifest",
        arrange=edit_key('schema = "1.0"', 'schema = "2.0"'),
        stderr=f"{MANIFEST}: schema 2.0 cannot be read by this version, which reads 1.0\n"
        "  upgrade model-lineage to read it\n",
    ),
    Case(
        name="several keys wrong",
        arrange=edit(lambda text: text.replace("size = 39", 'size = "39"').replace("[code]", "[code]\ncommti = 1")),
        stderr=f"{MANIFEST}: \n  code.commti: is not a known key\n"
        f"  weights[0].size: must be a number >= 0, not a text\n{HINT}",
    ),
    Case(
        name="conflict markers",
        arrange=edit(conflict),
        stderr=f"{MANIFEST}:2:1: is not TOML: Invalid statement\n"
        "  it holds conflict markers: take one side whole, or capture again\n",
    ),
    Case(
        name="not UTF-8",
        arrange=lambda root: (root / MANIFEST).write_bytes(b'schema = "1.0"\nname = "\xff"\n'),
        stderr=f"{MANIFEST}:2: is not UTF-8\n",
    ),
    Case(
        name="a directory for a manifest",
        arguments=("verify", "m.lineage.toml", "--against", "{target}"),
        arrange=lambda root: (root / "m.lineage.toml").mkdir(),
        stderr="m.lineage.toml: manifest cannot be read: Is a directory\n",
    ),
    Case(
        name="missing weights to verify",
        arguments=(*VERIFY, "--weights", "nowhere.pkl"),
        stderr="nowhere.pkl: there are no weights\n  name a file or directory that exists\n",
    ),
    Case(
        name="missing weights to capture",
        arguments=("capture", "models/none.pkl", "--from", "{target}"),
        stderr="environment: {target}\nlineage: error: models/none.pkl: there are no such weights\n"
        "  name a file or directory that exists\n",
    ),
    Case(
        name="no such target",
        arguments=("verify", MANIFEST, "--against", "python:nowhere/bin/python"),
        stderr="nowhere/bin/python: the interpreter does not exist\n  name one as python:PATH\n",
    ),
    Case(
        name="a target that is no interpreter",
        arguments=("verify", MANIFEST, "--against", "python:{base}/program"),
        arrange=lambda root: script(root.parent / "program", "echo no such option: -B >&2", "exit 2"),
        code=3,
        stderr="{base}/program: ended with status 2 and did not describe itself as a Python interpreter: "
        "no such option: -B\n  name a Python 3.6 or newer, as python:PATH/bin/python\n",
    ),
    Case(
        name="a target that answers in another form",
        arguments=("diff", MANIFEST, "python:{base}/program"),
        arrange=lambda root: script(root.parent / "program", 'echo "{{" > "$3"'),
        code=3,
        stderr="{base}/program: did not answer in the form that was asked for\n",
    ),
    Case(
        name="a text that is no target",
        arguments=("verify", MANIFEST, "--against", "train.py"),
        stderr="train.py: the target is neither an interpreter nor a manifest\n"
        "  write python:PATH, dir:PATH, lock:PATH or manifest:PATH\n",
    ),
    Case(
        name="unreadable policy",
        arguments=(*VERIFY, "--policy", "none.toml"),
        stderr="none.toml: there is no such policy\n",
    ),
    Case(
        name="malformed policy",
        arrange=lambda root: (root / "lineage.toml").write_text("[tool.lineage.verify]\npython = minor\n"),
        stderr="{root}/lineage.toml:2:10: is not TOML: Invalid value\n",
    ),
    Case(
        name="wrong policy",
        arrange=lambda root: (root / "lineage.toml").write_text("[tool.lineage.verify]\npython = 'low'\n"),
        stderr="{root}/lineage.toml: tool.lineage.verify.python: must be one of none, build, patch, minor, major, any, "
        "not 'low'\n  the keys and their meaning are listed in docs/policy.md\n",
    ),
    Case(
        name="two policies",
        arrange=lambda root: [
            (root / name).write_text("[tool.lineage]\n") for name in ("lineage.toml", "pyproject.toml")
        ],
        stderr="{root}: two policies: pyproject.toml and lineage.toml\n  keep one: move [tool.lineage] of "
        "pyproject.toml into lineage.toml, or remove lineage.toml\n",
    ),
    Case(
        name="answer into a missing directory",
        arguments=(*VERIFY, "--output", "reports/verify.txt"),
        stderr="reports/verify.txt: the directory to write it in does not exist\n"
        "  name a file in a directory that exists\n",
    ),
    Case(
        name="manifest into a missing directory",
        arguments=(*CAPTURE, "-o", "new/m.lineage.toml"),
        stderr="environment: {target}\nlineage: error: new: the directory does not exist\n  make it first\n",
    ),
    Case(
        name="no repository",
        arguments=("capture", "../m.pkl", "--from", "{target}"),
        arrange=lambda root: (root.parent / "m.pkl").touch(),
        stderr="environment: {target}\nlineage: error: {base}: not in a git repository\n"
        "  run git init at the root of the project and commit the code; "
        "or, in a CI job without .git, pass on the variables of the provider: docs/manifest.md\n",
    ),
    Case(
        name="no repository to look a name up in",
        arguments=("verify", "--against", "{target}"),
        arrange=lambda root: shutil.rmtree(root / ".git"),
        stderr="{root}: not in a git repository\n  name a manifest by its path\n",
    ),
    Case(
        name="no commits",
        arguments=CAPTURE,
        arrange=start_anew,
        stderr="environment: {target}\nlineage: error: {root}: the repository has no commit yet\n"
        "  commit the code first: a manifest names the commit that a model was made from\n",
    ),
    Case(
        name="bare repository",
        arguments=("capture", "../bare.git/m.pkl", "--from", "{target}"),
        arrange=bare,
        stderr="environment: {target}\nlineage: error: {base}/bare.git: a bare repository, without a work tree\n"
        "  name a path in a clone that has its files checked out\n",
    ),
    Case(
        name="git not on PATH, capture",
        arguments=CAPTURE,
        env={"PATH": "/nowhere"},
        stderr="environment: {target}\nlineage: error: the program git cannot be run\n"
        "  install git and make sure that it is on PATH\n",
    ),
    Case(
        name="git not on PATH, a name to look up",
        arguments=("verify", "models/fraud", "--against", "{target}"),
        env={"PATH": "/nowhere"},
        stderr="git was not found on PATH\n  install git, or name a manifest by its path\n",
    ),
    Case(
        name="a foreign file where the manifest belongs",
        arguments=CAPTURE,
        arrange=edit(lambda text: "mine = true\n"),
        stderr=f"environment: {{target}}\nlineage: error: {{root}}/{MANIFEST}: schema: is missing or not a text "
        f'like "1.0": this is no manifest\n{HINT}',
    ),
    Case(
        name="metrics that are no JSON",
        arguments=(*CAPTURE, "--metrics", "m.json"),
        arrange=lambda root: (root / "m.json").write_text('{"auc": }'),
        stderr="m.json:1:9: is not JSON: Expecting value\n",
    ),
    Case(
        name="a label without a value",
        arguments=(*CAPTURE, "--label", "line"),
        stderr="--label line: a label is KEY=VALUE\n",
    ),
    Case(
        name="parameters without a value",
        arguments=(*CAPTURE, "--params", "p.json"),
        arrange=lambda root: (root / "p.json").write_text('{"a": {"b": null}}'),
        stderr="p.json: a.b: no value (null) cannot be recorded\n  leave the key out, or give it a value\n",
    ),
]


@pytest.fixture(scope="module")
def _committed(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Path:
    root = projects.make_repository(tmp_path_factory.mktemp("committed") / "fraud")
    recorded(root, environment)
    projects.commit(root)
    return root


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_input_is_told_and_changes_nothing(case: Case, _committed: Path, environment: Path, tmp_path: Path) -> None:
    root = projects.copy(_committed, tmp_path / "fraud").resolve()
    names = {"root": root, "base": root.parent, "target": f"python:{python_of(environment)}"}
    identity = next(line for line in (root / MANIFEST).read_text().splitlines() if line.startswith("id = "))[6:-1]
    case.arrange(root)
    before = projects.snapshot(root.parent)

    ended = run_lineage(*(text.format(**names) for text in case.arguments), cwd=root, env=case.env)

    actual = re.search(r"the content has (sha256:[0-9a-f]{64}):", ended.stderr)
    expected = case.stderr.format(**names, id=identity, actual=actual and actual[1])
    lead = "" if expected.startswith("environment: ") else "lineage: error: "
    assert ended == Ended(code=case.code, stdout="", stderr=lead + expected)
    assert projects.snapshot(root.parent) == before
