"""Repositories for ``lineage check``: real git, and manifests that are written as capture would."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from lineage.manifest.document import INLINE, from_document, to_document
from lineage.model.code import Code
from lineage.model.manifest import SUFFIX, Manifest, StoredManifest, freeze
from lineage.portable.environment import Package
from lineage.system.tomlwriter import render_toml
from tests.support.documents import BASE, FULL
from tests.support.gitrepos import git, git_id, write

LOCK = b"joblib==1.4.2\nnumpy==1.26.4\nscikit-learn==1.5.0\n"
TRAIN = b"import sklearn\n\nprint(sklearn)\n"
USES = (
    ("joblib", "1.4.2", "required"),
    ("numpy", "1.26.4", "weights"),
    ("plotly", "5.22.0", "present"),
    ("scikit-learn", "1.5.0", "imported"),
)


def manifest(
    name: str,
    declared: Mapping[str, bytes],
    code: Mapping[str, bytes] | None = None,
    packages: Sequence[tuple[str, str, str]] = USES,
    inputs: Mapping[str, str] | None = None,
    base: str = BASE,
) -> Manifest:
    """A manifest of ``NAME.pkl``, made from these files."""
    return replace(
        FULL,
        name=name,
        problems=(),
        labels=freeze({}),
        inputs=freeze(inputs or {}),
        code=Code(base=base, files=tuple((path, git_id(one)) for path, one in sorted((code or {}).items()))),
        weights=(replace(FULL.weights[0], path=f"{name}.pkl"),),
        declared=tuple((path, git_id(one)) for path, one in sorted(declared.items())),
        environment=FULL.environment._replace(packages=tuple(Package(*one) for one in sorted(packages))),
    )


def record(root: Path, one: Manifest) -> StoredManifest:
    """The manifest as a file beside its weights, not committed."""
    path = one.weights[0].path + SUFFIX
    document = to_document(one)
    write(root, {path: render_toml(document, INLINE)})
    return from_document(document, path)


def repository(root: Path, *models: Manifest, files: Mapping[str, bytes]) -> Path:
    """A repository with one commit that holds these files and manifests."""
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    write(root, dict(files))
    for one in models:
        record(root, one)
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "-m", "Train")
    return root.resolve()


def fraud(root: Path) -> Path:
    """A repository with one model of a requirements file and a script."""
    files = {"requirements.txt": LOCK, "train.py": TRAIN}
    model = manifest("models/fraud", {"requirements.txt": LOCK}, {"train.py": TRAIN})
    return repository(root, model, files=files)
