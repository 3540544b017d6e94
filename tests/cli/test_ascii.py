"""Names, paths and reasons of any alphabet where the locale or the streams know ASCII only: no command breaks."""

from pathlib import Path

import pytest

from tests.support.checked import LOCK, fraud
from tests.support.gitrepos import commit
from tests.support.projects import run_lineage

STREAMS = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
STRICT = {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii:strict"}
NAMES = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
WORDS = {
    "check": (("check", "HEAD~1..HEAD"), {1}),
    "history": (("log",), {0}),
    "show": (("show", "--problems"), {1}),
    "verify": (("verify", "--against", "dir:envé"), {2}),
    "capture": (("capture", "modèles/é.bin", "--from", "dir:envé"), {2}),
    "accept": (("accept", "models/fraud", "package:numpy", "--because", "é"), {0}),
    "due": (("due", "models/fraud", "--because", "é"), {0}),
    "json": (("check", "--format", "json"), {1}),
    "markdown": (("check", "--format", "markdown"), {1}),
    "github": (("check", "--format", "github"), {1}),
    "retrain": (("retrain", "--dry-run"), {2}),
    "install": (("hook", "install"), {0}),
    "hook": (("hook", "run", "pre-commit"), {0}),
    "a range": (("check", "é..HEAD"), {2}),
    "no command": (("é",), {2}),
    "init": (("init",), {0}),
}
FEW = ("check", "history")


@pytest.mark.parametrize("where", [STREAMS, STRICT, NAMES], ids=["streams", "strict", "names"])
@pytest.mark.parametrize(
    "name", [*FEW, *(pytest.param(one, marks=pytest.mark.slow) for one in WORDS if one not in FEW)]
)
def test_what_is_not_ascii(name: str, where: dict[str, str], tmp_path: Path) -> None:
    root = fraud(tmp_path / "réseau")
    commit(root, {"données.txt": b"1", "requirements.txt": LOCK + "# \N{SNOWMAN}\n".encode()})
    commit(root, {"requirements.txt": LOCK.replace(b"numpy==1.26.4", b"numpy==2.0.1") + "# é\n".encode()})
    words, codes = WORDS[name]

    ended = run_lineage(*words, cwd=root, env=where)

    assert (ended.code in codes, "defect" in ended.stderr, "Traceback" in ended.stderr) == (True, False, False), ended
