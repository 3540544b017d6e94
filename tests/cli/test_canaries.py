"""Secrets and identities planted wherever a collector might pick them up: a capture publishes none of them."""

import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import projects
from tests.support.projects import MANIFEST, MODEL, SOURCE, Ended, command_line, git, install, surroundings, write

PLACE = "canaryplace"
"""a directory above everything: whatever is recorded with an absolute path holds it"""

VARIABLES = {
    "USER": "canaryuser",
    "LOGNAME": "canarylogin",
    "HOSTNAME": "canaryhost",
    "EMAIL": "canary@mail.example",
    "GIT_AUTHOR_NAME": "canaryauthor",
    "GIT_AUTHOR_EMAIL": "canaryauthor@mail.example",
    "GIT_COMMITTER_NAME": "canarycommitter",
    "GIT_COMMITTER_EMAIL": "canarycommitter@mail.example",
    "AWS_SECRET_ACCESS_KEY": "canaryaws",
    "GITHUB_TOKEN": "canarygithub",
    "HF_TOKEN": "canaryhf",
    "MLFLOW_TRACKING_PASSWORD": "canarymlflow",
    "PIP_INDEX_URL": "https://canarypip:canarypipsecret@index.example/simple",
    "PIP_EXTRA_INDEX_URL": "https://canaryextra@index.example/simple?canaryquery",
    "UV_INDEX_URL": "https://canaryuv:canaryuvsecret@index.example/simple",
    "HTTPS_PROXY": "http://canaryproxy:canaryproxysecret@proxy.example:3128",
    "OMP_NUM_THREADS": "3",
}
ORIGINS = {
    "vcs": {
        "url": "https://canaryvcs:canaryvcssecret@example.org/acme/vcs.git?canaryvcsquery",
        "vcs_info": {"vcs": "git", "commit_id": "b" * 40, "requested_revision": "canaryrevision"},
    },
    "archive": {
        "url": "https://canaryarchive@example.org/archive-1.0.whl?signature=canarysignature#canaryfragment",
        "archive_info": {"hash": f"sha256={'a' * 64}"},
    },
    "local": {"url": "file:///home/canaryhome/canarylocal", "dir_info": {}},
    "editable": {"url": "file:///home/canaryhome/canaryeditable", "dir_info": {"editable": True}},
}
SECRETS = {
    ".env": b"PASSWORD=canarydotenv\n",
    ".netrc": b"machine example.org login canarynetrc password canarynetrcsecret\n",
    "pip.conf": b"[global]\nindex-url = https://canaryconf:canaryconfsecret@index.example/simple\n",
}
FILES = {
    "train.py": b"import sklearn\nPASSWORD = 'canarycode'\n",
    "requirements.txt": b"--extra-index-url https://canaryreq:canaryreqsecret@index.example/simple\nnumpy==1.26.4\n",
    "dvc.yaml": b"stages:\n  fit:\n    cmd: python train.py --key canaryargv\n    outs:\n    - models/fraud.pkl\n",
    ".gitignore": b".env\n.netrc\npip.conf\n.venv/\n",
}
PROGRAM = b"""
import sys
import sklearn
import lineage
stored = lineage.capture(sys.argv[1])
print(stored.id[:7])
"""


class Planted:
    """A project below ``PLACE`` with canaries around and in it, and the environment to run in."""

    def __init__(self, base: Path) -> None:
        self.home = base / PLACE / "home" / "canaryhome"
        self.temporary = base / "temporary"
        self.temporary.mkdir()
        write(self.home, {".config/pip/pip.conf": SECRETS["pip.conf"], ".netrc": SECRETS[".netrc"]})
        self.root = projects.make_repository(self.home / "canaryproject")
        write(self.root, {**FILES, **SECRETS})
        self._describe()
        self.environment = projects.make_environment(self.root / ".venv")
        for name, origin in ORIGINS.items():
            install(projects.site_packages(self.environment), name, "1.0", direct_url=origin)
        shutil.copy(self.root / "pip.conf", self.environment / "pip.conf")

    def _describe(self) -> None:
        git(self.root, "checkout", "--quiet", "-b", "canarybranch")
        git(self.root, "add", "--all")
        git(self.root, "-c", "user.name=canaryname", "commit", "--quiet", "-m", "canarymessage")
        remote = "https://canaryremote:canaryremotesecret@example.org/acme/fraud.git?canaryremotequery"
        git(self.root, "remote", "set-url", "origin", remote)
        git(self.root, "remote", "set-url", "--push", "origin", remote.replace("remote", "push"))
        git(self.root, "config", "user.email", "canaryconfig@mail.example")
        git(self.root, "config", "http.extraHeader", "Authorization: Basic canaryheader")
        write(self.root, {"train.py": FILES["train.py"] + b"TOKEN = 'canarydirty'\n"})

    def run(self, command: list[str], package: Path = SOURCE) -> Ended:
        env = {**surroundings(VARIABLES), "HOME": str(self.home), "TMPDIR": str(self.temporary)}
        env["PYTHONPATH"] = f"{package}{os.pathsep}{projects.site_packages(self.environment)}"
        done = subprocess.run(command, cwd=self.root, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return Ended(code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def written(self) -> str:
        """The manifest, and all that was left below git's own directory and where temporary files lie."""
        kept = [self.root / MANIFEST, *(self.root / ".git" / "lineage").rglob("*"), *self.temporary.rglob("*")]
        return "\n".join(f"{one.name}\n{one.read_text()}" for one in kept if one.is_file())


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    return Planted(tmp_path)


def canaries(text: str) -> list[str]:
    """The lines that give something away."""
    names = ["canary", str(Path.home())]
    names += [platform.node()] if len(platform.node()) >= 6 else []
    return [line for line in text.splitlines() if any(name in line for name in names)]


def test_a_capture_publishes_none(planted: Planted) -> None:
    time.sleep(2.1)  # what was touched just before is not remembered
    options = ("--from", ".venv/bin/python", "--entry", "train.py")
    told = [planted.run(command_line("capture", MODEL, *options))]
    told += [planted.run(command_line("capture", MODEL, "--format", "json", *options))]
    told += [planted.run(command_line("show", MANIFEST))]

    assert [one.code for one in told] == [0, 0, 0]
    assert (planted.root / ".git" / "lineage" / "digests.json").is_file()
    assert canaries("".join(one.stdout + one.stderr for one in told) + planted.written()) == []
    manifest = (planted.root / MANIFEST).read_text()
    assert 'remote = "https://example.org/acme/fraud"' in manifest
    assert 'origin = "git+https://example.org/acme/vcs.git@' in manifest
    assert 'OMP_NUM_THREADS = "3"' in manifest


def test_nor_does_one_inside_a_run(planted: Planted) -> None:
    write(planted.root, {"train.py": PROGRAM})
    secrets = ["--password", "canarypassword", "https://canaryarg:canaryargsecret@example.org"]
    ended = planted.run([sys.executable, "train.py", MODEL, *secrets])
    assert ended == Ended(code=0, stdout="sha256:\n", stderr="")
    assert canaries(planted.written()) == []


def test_nor_does_the_report_of_a_defect(planted: Planted, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(SOURCE / "lineage", broken / "lineage", ignore=shutil.ignore_patterns("__pycache__"))
    module = broken / "lineage" / "redaction" / "addresses.py"
    text = module.read_text()
    assert text.count("    text = url.strip()\n") == 1
    module.write_text(text.replace("    text = url.strip()\n", "    text = url.strip()\n    int(text)\n"))

    ended = planted.run(command_line("capture", MODEL, "--from", ".venv/bin/python"), broken)

    (report,) = planted.temporary.glob("lineage-defect-*.txt")
    assert (ended.code, ended.stdout) == (4, "")
    assert "ValueError: invalid literal for int() with base 10: 'https://<redacted>@example.org/" in report.read_text()
    assert canaries(ended.stderr + report.read_text()) == []


def test_a_known_token_in_what_would_be_published_stops_it(planted: Planted) -> None:
    token = "hf_" + "a" * 34
    told = planted.run(command_line("capture", MODEL, "-q", "--from", ".venv/bin/python", "--label", f"note={token}"))
    assert told == Ended(
        code=2,
        stdout="",
        stderr=f"lineage: error: {MANIFEST}: labels.note looks like a Hugging Face token: nothing was written\n"
        "  take it out of the labels, metrics or parameters\n",
    )
    assert not (planted.root / MANIFEST).exists()
    assert token not in planted.written()
