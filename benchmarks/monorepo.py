"""A monorepo as ``lineage check`` meets it: a lock of many packages, and many models that depend on some of them.

It is written with git and by hand, so that it needs no package of another project.
"""

import hashlib
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from lineage.manifest.document import INLINE, to_document
from lineage.model.code import Code
from lineage.model.manifest import SUFFIX, Manifest
from lineage.model.weights import Weights
from lineage.portable.environment import Environment, Package, Platform
from lineage.system.tomlwriter import render_toml

LOCKED, MODELS, PACKAGES = 2000, 200, 60
"""packages in the lock, manifests, packages in each"""

_USES = ("weights", "imported", "required", "required", "loaded", "present")
_CODE = b"print(1)\n"
_AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgSign=false")


def make_monorepo(root: Path, models: int = MODELS, locked: int = LOCKED) -> None:
    """A repository with two commits: the second one moves three packages of the lock."""
    root.mkdir()
    _git(root, "init", "--quiet")
    lock = _lock(frozenset(), locked)
    (root / "train.py").write_bytes(_CODE)
    (root / "models").mkdir()
    for number in range(models):
        one = _manifest(number, lock, locked)
        (root / f"{one.weights[0].path}{SUFFIX}").write_bytes(render_toml(to_document(one), INLINE))
    for content in (lock, _lock(frozenset({100, 200, 300}), locked)):
        (root / "uv.lock").write_bytes(content)
        _git(root, "add", "--all")
        _git(root, "commit", "--quiet", "--message", "Lock")


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *_AUTHOR, *arguments], cwd=root, check=True, capture_output=True)


def _lock(moved: frozenset[int], locked: int) -> bytes:
    direct = "".join(f'    {{ name = "pkg-{number}" }},\n' for number in range(0, locked, 10))
    rows = ['version = 1\nrequires-python = ">=3.11"\n']
    rows.append('[[package]]\nname = "app"\nversion = "0.1.0"\nsource = { virtual = "." }\n')
    rows.append(f"dependencies = [\n{direct}]\n")
    rows += [_package(number, "1.2.4" if number in moved else "1.2.3", locked) for number in range(locked)]
    return "\n".join(rows).encode()


def _package(number: int, version: str, locked: int) -> str:
    name, digest = f"pkg-{number}", hashlib.sha256(f"{number} {version}".encode()).hexdigest()
    needs = "".join(f'    {{ name = "pkg-{one}" }},\n' for one in (number + 1, number + 2) if one < locked)
    file = f'url = "https://example.org/{name}-{version}%s", hash = "sha256:{digest}", size = 52431'
    return (
        f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://example.org/simple" }}\n'
        + (f"dependencies = [\n{needs}]\n" if needs else "")
        + f"sdist = {{ {file % '.tar.gz'} }}\n"
        + f"wheels = [\n    {{ {file % '-py3-none-any.whl'} }},\n    {{ {file % '-cp311-cp311-linux.whl'} }},\n]\n"
    )


def _manifest(number: int, lock: bytes, locked: int) -> Manifest:
    chosen = sorted({f"pkg-{(number * 7 + index * 31) % locked}" for index in range(PACKAGES)})
    digest = "sha256:" + hashlib.sha256(str(number).encode()).hexdigest()
    packages = tuple(
        Package(name, "1.2.3", use=_USES[index % len(_USES)], record=digest, tag="py3-none-any", installer="uv")
        for index, name in enumerate(chosen)
    )
    weights = Weights(path=f"models/m{number}.pkl", size=52431, sha256="b" * 64, md5="c" * 32)
    environment = Environment(
        python="3.11.7",
        implementation="CPython",
        abi="cpython-311-x86_64-linux-gnu",
        platform=Platform(os="linux", machine="x86_64", libc="glibc 2.36"),
    )
    return Manifest(
        name=f"models/m{number}",
        created=datetime(2026, 11, 20, tzinfo=UTC),
        evidence="asserted",
        code=Code(base="0" * 40, files=(("train.py", _blob(_CODE)),)),
        weights=(weights,),
        declared=(("uv.lock", _blob(lock)),),
        environment=environment._replace(packages=packages),
    )


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
