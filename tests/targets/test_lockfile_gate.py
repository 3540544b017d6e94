"""A lock file as target of the commands, and from Python: how a gate ends on it."""

import json
from pathlib import Path

import pytest

import lineage
from tests.support.projects import MANIFEST, run_lineage
from tests.support.recording import recorded

PINS = "joblib==1.4.2\nnumpy==1.26.4\nplotly==5.22.0\nscikit-learn==1.5.0\n"
MARKED = PINS.replace("1.26.4", "1.26.4 ; python_version >= '3.11'") + "numpy==1.19.5 ; python_version < '3.11'\n"
LENIENT = """[tool.lineage.verify]
accept-unknown = ["python", "python:implementation", "platform:*"]
"""


@pytest.fixture
def captured(project: Path, environment: Path) -> Path:
    recorded(project, environment)
    (project / "deploy").mkdir()
    (project / "lenient.toml").write_text(LENIENT)
    return project


def lock(captured: Path, text: str) -> str:
    (captured / "deploy" / "requirements.txt").write_text(text)
    return "deploy/requirements.txt"


@pytest.mark.parametrize(
    ("text", "options", "code", "verdict"),
    [
        (PINS, (), 3, "undecided"),
        (PINS, ("--policy", "lenient.toml"), 0, "pass"),
        (MARKED, ("--policy", "lenient.toml"), 0, "pass"),
        (PINS.replace("1.26.4", "1.26.3"), ("--policy", "lenient.toml"), 1, "fail"),
        (PINS.replace("==1.4.2", ">=1.4"), ("--policy", "lenient.toml"), 3, "undecided"),
        ("", ("--policy", "lenient.toml"), 1, "fail"),
    ],
)
def test_verify_ends_by_its_verdict(
    text: str, options: tuple[str, ...], code: int, verdict: str, captured: Path
) -> None:
    path = lock(captured, text)

    ended = run_lineage("verify", MANIFEST, "--against", f"lock:{path}", *options, "--format", "json", cwd=captured)

    assert ended.code == code, ended.stderr
    answer = json.loads(ended.stdout)
    assert answer["verdict"] == verdict
    assert answer["target"] == {"kind": "lock", "location": path, "python": None, "executed": False}


def test_a_broken_lock_is_unusable_and_names_its_lines(captured: Path) -> None:
    path = lock(captured, PINS + "numpy=1\n-r missing.txt\n")

    ended = run_lineage("verify", MANIFEST, "--against", path, "--policy", "lenient.toml", cwd=captured)

    assert (ended.code, ended.stdout) == (2, "")
    assert ended.stderr == (
        "lineage: error: deploy/requirements.txt: cannot be read:\n"
        "  deploy/requirements.txt:5: is not a requirement that can be read: 'numpy=1'\n"
        "  deploy/requirements.txt:6: includes deploy/missing.txt, which does not exist\n"
    )


def test_diff_judges_markers_for_the_manifest_on_either_side(captured: Path) -> None:
    path = lock(captured, MARKED)

    forth = run_lineage("diff", MANIFEST, path, "--format", "json", cwd=captured)
    back = run_lineage("diff", f"lock:{path}", MANIFEST, "--format", "json", cwd=captured)

    assert [(ended.code, json.loads(ended.stdout)["findings"]) for ended in (forth, back)] == [(3, []), (3, [])]
    assert [one["subject"] for one in json.loads(forth.stdout)["unknown"]] == [
        "platform:libc",
        "platform:machine",
        "platform:os",
        "python",
        "python:implementation",
    ]


def test_nothing_is_captured_from_a_lock(captured: Path) -> None:
    path = lock(captured, PINS)

    ended = run_lineage("capture", "models/fraud.pkl", "--from", path, cwd=captured)

    assert (ended.code, ended.stderr.splitlines()[-2:]) == (
        2,
        [
            "lineage: error: lock:deploy/requirements.txt: a lock cannot be examined",
            "  name an environment: python:PATH or dir:PATH",
        ],
    )


def test_a_lock_is_verified_from_python(captured: Path) -> None:
    path = captured / lock(captured, MARKED.replace("1.26.4", "2.0.1"))

    report = lineage.verify(captured / MANIFEST, against=f"lock:{path}")

    assert report.verdict == "fail"
    assert [one.message for one in report.findings] == ["numpy 1.26.4 → 2.0.1 (major), imported by the model's code"]
