"""``lineage verify --deep`` as a user runs it, on environments that pip and uv really made."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.projects import MANIFEST, python_of, run_lineage, site_packages
from tests.support.recording import recorded
from tests.support.wheels import build_wheel

UV = Path(sys.executable).with_name("uv")


def run(*command: str | Path) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


def make_by_pip(path: Path, wheel: Path) -> None:
    run(sys.executable, "-m", "venv", path)
    run(python_of(path), "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel)


def make_by_uv(path: Path, wheel: Path, *options: str) -> None:
    run(UV, "venv", "--quiet", "--python", sys.executable, path)
    run(UV, "pip", "install", "--quiet", "--no-index", *options, "--python", python_of(path), wheel)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def by_pip(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    path = tmp_path_factory.mktemp("pip") / "target"
    make_by_pip(path, wheel)
    return path


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, by_pip: Path) -> Path:
    files = {**projects.FILES, "train.py": b"import small_wheel\n"}
    root = projects.make_repository(tmp_path_factory.mktemp("root") / "fraud", files)
    recorded(root, by_pip)
    return root


def answer(root: Path, target: Path, *options: str) -> tuple[int, str, dict[str, object]]:
    """Exit code and last line of the text, and the JSON document."""
    asked = ["verify", MANIFEST, "--deep", "--against", f"python:{python_of(target)}", *options]
    text, document = run_lineage(*asked, cwd=root), run_lineage(*asked, "--format", "json", cwd=root)
    assert (text.code, text.stderr, document.stderr) == (document.code, "", "")
    return text.code, text.stdout.splitlines()[-1], json.loads(document.stdout)


def expected(number: int, packages: int) -> str:
    means = f"{packages} packages compared (1 by record, {packages - 1} by version)"
    return f"pass: {means}, {number:,} installed files hashed, weights read whole, code not compared"


def test_what_pip_made_passes_and_says_how_much_was_read(root: Path, by_pip: Path) -> None:
    code, line, document = answer(root, by_pip)

    checked = document["checked"]
    assert isinstance(checked, dict)
    packages = len(list(site_packages(by_pip).glob("*.dist-info")))  # from Python 3.12 on without setuptools
    assert (code, line) == (0, expected(checked["installed"], packages))
    assert (checked["installed"] > 300, document["findings"], document["unknown"]) == (True, [], [])


def test_without_deep_no_installed_file_is_hashed(root: Path, by_pip: Path) -> None:
    ended = run_lineage("verify", MANIFEST, "--against", f"python:{python_of(by_pip)}", "--format", "json", cwd=root)

    assert (ended.code, list(json.loads(ended.stdout)["checked"])) == (
        0,
        ["packages", "by", "files", "weights", "code"],
    )


@pytest.mark.parametrize("options", [(), ("--deep",)], ids=["plain", "deep"])
def test_only_deep_imports_what_it_needs(options: tuple[str, ...], root: Path, by_pip: Path) -> None:
    python, *rest = projects.command_line("verify", MANIFEST, "--against", f"python:{python_of(by_pip)}", *options)
    command = [python, "-X", "importtime", *rest]
    done = subprocess.run(command, cwd=root, env=projects.surroundings(), capture_output=True, text=True, check=True)

    found = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    own = {"lineage.verifying.installed_files", "lineage.portable.integrity", "lineage.portable.unowned_files"}
    assert found & own == (own if options else set())


@pytest.mark.skipif(not UV.exists(), reason="uv is not here")
@pytest.mark.parametrize("mode", ["copy", "hardlink", "symlink"])
def test_what_uv_made_passes(mode: str, root: Path, wheel: Path, tmp_path: Path) -> None:
    make_by_uv(tmp_path / "target", wheel, "--link-mode", mode, "--cache-dir", str(tmp_path / "cache"))

    code, _, document = answer(root, tmp_path / "target")

    findings = document["findings"]
    assert isinstance(findings, list)
    assert (code, document["unknown"]) == (0, [])
    about = [one["message"] for one in findings if one["subject"] == "package:small-wheel"]
    assert [text.partition(" (")[2] for text in about] == (
        [
            "../../../share/small.txt is a link out of the environment and 7 more files: "
            "the content it leads to is the recorded one), imported by the model's code"
        ]
        if mode == "symlink"
        else []
    )


def test_one_changed_byte_fails_and_is_named(root: Path, by_pip: Path, tmp_path: Path) -> None:
    target = projects.copy(by_pip, tmp_path / "target")
    path = site_packages(target) / "small_wheel/__init__.py"
    path.write_bytes(path.read_bytes().replace(b"package", b"parcel!"))

    code, line, document = answer(root, target)

    findings = document["findings"]
    assert isinstance(findings, list)
    assert (code, line.partition(";")[0]) == (1, "fail: 1 difference that matters")
    assert [(one["code"], one["subject"], one["severity"], one["step"], one["use"]) for one in findings] == [
        ("package-file", "package:small-wheel", "fail", "build", "imported")
    ]
    ended = run_lineage("verify", MANIFEST, "--against", f"python:{python_of(target)}", cwd=root)
    assert ended.code == 0


def test_a_record_that_is_gone_cannot_be_decided(root: Path, by_pip: Path, tmp_path: Path) -> None:
    target = projects.copy(by_pip, tmp_path / "target")
    (site_packages(target) / "small_wheel-1.0.dist-info/RECORD").unlink()

    code, line, document = answer(root, target)

    assert (code, line.partition(";")[0]) == (3, "undecided: 2 things could not be seen")
    assert document["unknown"] == [
        {"subject": "package:small-wheel", "reason": reason, "accepted": False}
        for reason in ("not verifiable: no RECORD", "the target has no RECORD of what is installed")
    ]


def test_a_module_in_front_on_pythonpath_fails(root: Path, by_pip: Path, tmp_path: Path) -> None:
    before = tmp_path / "before"
    for path in ("small_wheel/__init__.py", "usercustomize.py", "select/data.py", "other.py"):
        projects.write(before, {path: b""})
    asked = ["verify", MANIFEST, "--deep", "--against", f"python:{python_of(by_pip)}", "--format", "json"]

    ended = run_lineage(*asked, cwd=root, env={"PYTHONPATH": f"{before}:{projects.SOURCE}"})

    assert ended.code == 1
    assert [one["message"] for one in json.loads(ended.stdout)["findings"]] == [
        "file small_wheel is in no RECORD and stands in front of the recorded package small-wheel",
        "file usercustomize.py is in no RECORD and runs whenever Python starts",
        f"small-wheel 1.0 → small_wheel/__init__.py of no installed package (import takes {before}/small_wheel/"
        "__init__.py), imported by the model's code",
    ]


def test_a_manifest_cannot_be_looked_at(root: Path) -> None:
    ended = run_lineage("verify", MANIFEST, "--deep", "--against", f"manifest:{MANIFEST}", cwd=root)

    assert (ended.code, ended.stdout, ended.stderr) == (
        2,
        "",
        f"lineage: error: manifest:{MANIFEST}: has no installed files to look at\n"
        "  leave --deep out, or name an environment: python:PATH\n",
    )


def test_a_waiver_and_an_accepted_unknown_name_files(root: Path, by_pip: Path, tmp_path: Path) -> None:
    target = projects.copy(by_pip, tmp_path / "target")
    for name in ("sitecustomize.py", "_virtualenv.py"):
        (site_packages(target) / name).write_bytes(b"import os\n")
    policy = tmp_path / "policy.toml"
    policy.write_text(
        '[tool.lineage.verify]\naccept-unknown = ["file:_virtualenv.py", "startup:site*"]\n'
        '[[tool.lineage.waive]]\nsubject = "file:sitecustomize.py"\nreason = "our logging"\nuntil = 9999-12-31\n'
    )

    assert answer(root, target)[0] == 1
    code, _, document = answer(root, target, "--policy", str(policy))

    assert code == 0
    assert document["accepted"] == [
        {
            "subject": "file:sitecustomize.py",
            "recorded": None,
            "observed": "1 file",
            "reason": "our logging",
            "until": "9999-12-31",
        }
    ]


def test_the_copy_of_an_environment_is_as_whole_as_the_first(root: Path, by_pip: Path, tmp_path: Path) -> None:
    target = projects.copy(by_pip, tmp_path / "target")
    for cache in site_packages(target).rglob("__pycache__"):
        shutil.rmtree(cache)

    code, _, document = answer(root, target)

    assert (code, document["findings"], document["unknown"]) == (0, [], [])
