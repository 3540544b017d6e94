"""The good state that mutations change: a project, its environments as two installers made them, and an image's files.

Installed once by the real installers out of wheels made here, captured once by the real tool.
"""

import base64
import hashlib
import os
import pickle
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from lineage.capturing.capture import capture
from lineage.capturing.request import CaptureRequest
from lineage.guest import probe
from lineage.manifest.files import write_manifest
from lineage.model.manifest import freeze
from lineage.portable.environment import Problem
from lineage.targets.directory import DirectorySource
from lineage.targets.source import ExaminableSource
from tests.support import projects, roots
from tests.support.mutations import BY_ORIGIN, LOCK, MANIFEST, MANIFESTS, MODEL, PACKAGES, TOKENIZER
from tests.support.projects import python_of, script, site_packages
from tests.support.recording import NOW, source

UV = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))

ORIGIN = {"url": "https://example.org/acme/fraudlib", "vcs_info": {"vcs": "git", "commit_id": "4" * 40}}
FILES = {
    "train.py": b"import fraudlib\nimport numpy\nimport pandas\nimport sklearn\n\nprint(fraudlib, numpy, pandas)\n",
    "requirements.in": b"scikit-learn\npandas\n",
    ".gitignore": b"*.log\n",
}
WEIGHTS = pickle.dumps(bytes(range(256)) * 8, protocol=4)
VOCABULARY = {"vocab.json": b'{"a": 1, "b": 2}', "merges.txt": b"a b\nc d\n", "deep/special.json": b'{"pad": 0}'}


def make_ground(base: Path) -> Path:
    """Everything as it should be: ``fraud``, ``env``, ``by-uv``, ``again``, ``root``, ``answer`` and ``program``."""
    wheels = [build_wheel(base / "wheels", name) for name in PACKAGES]
    for name in ("env", "again"):
        pip = [sys.executable, "-m", "pip", "--python", _bare(base / name), "install", "--quiet", "--no-index"]
        _install(base / name, [*pip, "--no-deps", "--no-compile"] if name == "env" else [*pip, "--no-deps"], wheels)
    if UV is not None:
        uv = [UV, "pip", "install", "--quiet", "--offline", "--no-cache", "--no-deps", "--python"]
        _install(base / "by-uv", [*uv, _bare(base / "by-uv")], wheels)
    _make_root(base)
    subprocess.run([python_of(base / "env"), "-B", probe.__file__, base / "answer"], check=True)
    script(base / "program", 'cat "$(dirname "$0")/answer" > "$3"')
    root = _make_project(base / "fraud", wheels)
    record(root, source(base / "env"), MANIFEST)
    record(root, DirectorySource(str(base / "root")), MANIFESTS["tree"])
    projects.commit(root, "Record")
    return base


def record(root: Path, target: ExaminableSource, output: str) -> None:
    """The manifest of the weights, captured; with all that the format may hold but no capture of today writes."""
    request = CaptureRequest(
        paths=(root / MODEL, root / TOKENIZER),
        output=root / output,
        name="models/fraud",
        labels=freeze({"line": "A", "owner": "ada"}),
        params=freeze({"depth": 3, "rates": [0.1, 0.2], "deep": {"er": True}}),
        metrics=freeze({"auc": 0.91}),
    )
    found = capture(request, target, now=NOW)
    manifest = replace(
        found.manifest,
        parent="sha256:" + "a" * 64,
        problems=(*found.manifest.problems, Problem("run.other", "train.py", "a note")),
        run=freeze({"command": "python train.py", "started": NOW, "seconds": 1.5, "exit": 0}),
        inputs=freeze({"data/a.csv": "md5:" + "f" * 32}),
        environment=found.manifest.environment._replace(
            variables=(("PYTHONHASHSEED", "0"),), accelerator=(("cuda", "12.1"), ("driver", "550"))
        ),
    )
    write_manifest(manifest, found.path)


def build_wheel(directory: Path, name: str, version: str | None = None) -> Path:
    """One of ``PACKAGES`` as a file that pip and uv install; the same bytes every time."""
    given, module, requires = PACKAGES[name]
    written = version or given
    files = contents(name, written, module, requires)
    info = f"{name.replace('-', '_')}-{written}.dist-info"
    files[f"{info}/RECORD"] = record_of(files, info)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name.replace('-', '_')}-{written}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in files.items():
            archive.writestr(zipfile.ZipInfo(one, (2026, 1, 1, 0, 0, 0)), content)
    return path


def contents(name: str, version: str, module: str, requires: tuple[str, ...]) -> dict[str, bytes]:
    """What a wheel holds, but its RECORD."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: {module}, small\n"
    metadata += "".join(f"Requires-Dist: {one}\n" for one in requires)
    return {
        f"{module}/__init__.py": f'"""{module}."""\n\n__version__ = "{version}"\n'.encode(),
        f"{module}/core.py": f"NAME = {module!r}\nSIZE = {len(module)}\n".encode(),
        f"{module}/deep/__init__.py": b"",
        f"{module}/deep/table.dat": bytes(range(64)),
        f"{info}/METADATA": f"{metadata}\nA small package.\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }


def row_of(path: str, content: bytes) -> str:
    """A row of RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def record_of(files: Mapping[str, bytes], info: str) -> bytes:
    rows = [row_of(path, content) for path, content in files.items()]
    return "".join([*rows, f"{info}/RECORD,,\n"]).encode()


def _bare(environment: Path) -> str:
    venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
    return str(python_of(environment))


def _install(environment: Path, command: list[str], wheels: list[Path]) -> None:
    done = subprocess.run([*command, *map(str, wheels)], capture_output=True, env={**os.environ, "PIP_CONFIG_FILE": ""})
    if done.returncode:
        raise AssertionError(done.stderr.decode())
    projects.install(site_packages(environment), BY_ORIGIN, "0.3", direct_url=ORIGIN, record=False)


def _make_root(base: Path) -> None:
    """The files of an image: its own interpreter, and in its site-packages what ``env`` holds."""
    root = roots.make_root(base / "root")
    roots.write_python(root / "usr")
    shutil.copytree(site_packages(base / "env"), root / "usr/lib/python3.11/site-packages")


def _make_project(root: Path, wheels: list[Path]) -> Path:
    rows = []
    for path, (name, (version, _, _)) in zip(wheels, PACKAGES.items(), strict=True):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        rows.append(f"{name}=={version} \\\n    --hash=sha256:{digest}\n")
    commit = ORIGIN["vcs_info"]["commit_id"]  # type: ignore[index]
    rows.append(f"{BY_ORIGIN} @ git+{ORIGIN['url']}@{commit}\n")
    projects.make_repository(root, {**FILES, LOCK: "".join(rows).encode()})
    shutil.rmtree(root / "models")
    projects.write(root, {MODEL: WEIGHTS, **{f"{TOKENIZER}/{path}": data for path, data in VOCABULARY.items()}})
    projects.dvc(root, "init", "--quiet")
    projects.dvc(root, "add", "--quiet", MODEL, TOKENIZER)
    projects.commit(root, "Track the weights")
    return root
