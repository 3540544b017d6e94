"""Projects as users have them: real environments with hand-made distributions, real repositories, the real command."""

import base64
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import lineage

SOURCE = Path(lineage.__file__).parent.parent
"""What holds the package under test."""

PACKAGES = {
    "numpy": ("1.26.4", "numpy", ()),
    "scikit-learn": ("1.5.0", "sklearn", ("numpy>=1.19.5", "joblib (>=1.2)", "pytest; extra == 'tests'")),
    "joblib": ("1.4.2", "joblib", ()),
    "plotly": ("5.22.0", "plotly", ()),
}
"""name → (version, module, requirements), of the training environment"""

FILES = {
    "train.py": b"import json\n\nimport sklearn\n\nimport features\n\nprint(json, sklearn, features)\n",
    "features.py": b"import numpy\n\nSIZE = numpy.__version__\n",
    "requirements.txt": b"scikit-learn==1.5.0\n",
    ".gitignore": b"*.log\n",
}
WEIGHTS = pickle.dumps("weights of a small model", protocol=4)
MODEL = "models/fraud.pkl"
MANIFEST = "models/fraud.pkl.lineage.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str


def run_lineage(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Ended:
    """``lineage ARGUMENTS`` as a user types it; ``env`` on top of the isolated environment."""
    done = subprocess.run(
        command_line(*arguments), cwd=cwd, env=surroundings(env), stdin=subprocess.DEVNULL, capture_output=True
    )
    return Ended(code=done.returncode, stdout=done.stdout.decode(), stderr=done.stderr.decode())


def command_line(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-P", "-m", "lineage", *map(str, arguments)]


def surroundings(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process' environment, with the package under test to be found."""
    return {**os.environ, "PYTHONPATH": str(SOURCE), **(env or {})}


def undisturbed(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """``surroundings`` for a process whose own calls, imports or limits are looked at: coverage keeps out of it."""
    return {name: value for name, value in surroundings(env).items() if not name.startswith("COVERAGE_")}


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return done.stdout.decode().strip()


def dvc(root: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "dvc", *arguments], cwd=root, check=True, capture_output=True)


def write(root: Path, files: Mapping[str, bytes]) -> None:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def commit(root: Path, message: str = "Train") -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


def make_repository(root: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """A git repository with one commit and, not part of it, weights."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "remote", "add", "origin", "https://ada:secret@example.org/acme/fraud.git")
    write(root, files)
    commit(root)
    write(root, {MODEL: WEIGHTS})
    return root


def copy(source: Path, destination: Path) -> Path:
    """A whole directory at another path, links kept."""
    shutil.copytree(source, destination, symlinks=True)
    return destination


def make_environment(path: Path, python: str = sys.executable, packages: Sequence[str] = tuple(PACKAGES)) -> Path:
    """A virtual environment with the packages of ``PACKAGES``; without pip."""
    if python == sys.executable:
        venv.EnvBuilder(with_pip=False, symlinks=True).create(path)
    else:
        subprocess.run([python, "-m", "venv", "--without-pip", str(path)], check=True, capture_output=True)
    for name in packages:
        version, module, requires = PACKAGES[name]
        install(site_packages(path), name, version, module=module, requires=requires)
    return path


def python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def site_packages(environment: Path) -> Path:
    (found,) = environment.glob("lib/python3.*/site-packages")
    return found


def install(
    site: Path,
    name: str,
    version: str,
    *,
    module: str | None = None,
    requires: Sequence[str] = (),
    tag: str = "py3-none-any",
    content: bytes = b"",
    direct_url: Mapping[str, object] | None = None,
    record: bool = True,
) -> None:
    """A distribution as an installer leaves it: one module, its metadata, a correct RECORD."""
    module = module or name.replace("-", "_")
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    metadata += "".join(f"Requires-Dist: {one}\n" for one in requires)
    files = {
        f"{module}/__init__.py": f'__version__ = "{version}"\n'.encode() + content,
        f"{info}/METADATA": metadata.encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
        f"{info}/INSTALLER": b"pip\n",
    }
    if direct_url is not None:
        files[f"{info}/direct_url.json"] = json.dumps(direct_url).encode()
    if record:
        rows = [f"{path},sha256={_digest(files[path])},{len(files[path])}\n" for path in files]
        files[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"]).encode()
    write(site, files)


def uninstall(site: Path, name: str) -> None:
    """Take a distribution away, as its own RECORD lists it."""
    (info,) = site.glob(f"{name.replace('-', '_')}-*.dist-info")
    module = (info / "RECORD").read_text().partition("/")[0]
    shutil.rmtree(site / module)
    shutil.rmtree(info)


def reinstall(site: Path, name: str, version: str, *, content: bytes = b"", tag: str = "py3-none-any") -> None:
    """One of ``PACKAGES`` in another version or build."""
    _, module, requires = PACKAGES[name]
    uninstall(site, name)
    install(site, name, version, module=module, requires=requires, content=content, tag=tag)


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def snapshot(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every path below a directory → (mode, time of its last change, content or where a link leads)."""
    found = {}
    for path in sorted(root.rglob("*")):
        seen = path.lstat()
        content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""  # noqa: PTH115
        found[path.relative_to(root).as_posix()] = (seen.st_mode, seen.st_mtime_ns, content)
    return found


def script(path: Path, *lines: str) -> Path:
    """An executable shell script: a program that is not what it is taken for."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def is_running(process: int) -> bool:
    """Whether it still runs a moment later: a killed one is gone, or waits to be collected."""
    for _ in range(3000):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True


@cache
def interpreters() -> dict[str, str]:
    """Every Python of this machine that really runs, one for each minor version: ``{"3.6": path}``."""
    beside = sorted(Path(sys.base_prefix).parent.glob("*/bin/python"))
    minors = ("2.7", *(f"3.{minor}" for minor in range(6, 16)))
    named = [found for minor in minors if (found := shutil.which(f"python{minor}"))]
    question = "import sys; sys.stdout.write('%d.%d' % sys.version_info[:2])"
    known = {"{}.{}".format(*sys.version_info[:2]): str(Path(sys.base_prefix, "bin", "python3"))}
    for path in (*map(str, beside), *named):
        try:
            done = subprocess.run([path, "-c", question], capture_output=True, timeout=60, text=True)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0 and done.stdout in minors:
            known.setdefault(done.stdout, path)
    return dict(sorted(known.items(), key=lambda one: [int(part) for part in one[0].split(".")]))
