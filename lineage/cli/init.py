"""``lineage init``: a first configuration, what a repository needs once. Nothing that stands there is overwritten."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from lineage.cli import exits
from lineage.cli.emit import answer, say
from lineage.cli.options import quiet_option
from lineage.config import OWN_FILE, PROJECT_FILE, find_root, has_policy
from lineage.errors import RepositoryError
from lineage.report.text import table
from lineage.system.files import read_document, replace_alone
from lineage.system.resources import resource

CI_FILES = {
    "github": {
        ".github/workflows/lineage.yml": "github.yml",
        ".github/workflows/lineage-verify.yml": "github-verify.yml",
    },
    "gitlab": {".gitlab/lineage.gitlab-ci.yml": "gitlab.yml", ".gitlab-ci.yml": "gitlab-include.yml"},
}
"""CI system → where its files lie, and of which template they are."""

_GITLAB_MAIN = ".gitlab-ci.yml"
_GITLAB_INCLUDE = "add to it: include: [{local: .gitlab/lineage.gitlab-ci.yml}]"
_ATTRIBUTES = "*.lineage.toml"


@click.command("init")
@click.option("--ci", type=click.Choice([*CI_FILES, "none"]), help="The CI template.  [default: as used here]")
@quiet_option
def command(ci: str | None, quiet: bool) -> int:
    """Write a first configuration (lineage.toml), a CI template and a line in .gitattributes; overwrite nothing."""
    root = find_root(Path.cwd())
    if root is None:
        hint = "run git init at the root of the project"
        raise RepositoryError("not in a git repository", where=str(Path.cwd()), hint=hint)
    done = scaffold(root, ci or detect_ci(root))
    answer("".join(f"{line}\n" for line in table([[one.outcome, one.path, one.note] for one in done])), None)
    say("next: train, then lineage capture WEIGHTS, then git add the manifest", quiet)
    return exits.GOOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file of the scaffold. ``path`` POSIX from the repository root."""

    path: str
    outcome: str
    """``written``, ``extended`` or ``kept``"""
    note: str = ""


def scaffold(root: Path, ci: str) -> tuple[Written, ...]:
    """Write what is missing: configuration, CI templates (``github``, ``gitlab``, ``none``), .gitattributes.

    Raises ``StoreError``, and ``InputError`` for a pyproject.toml that cannot be read.
    """
    done = [_policy(root)]
    done += [_ci_file(root, path, name) for path, name in CI_FILES.get(ci, {}).items()]
    done.append(_attributes(root))
    return tuple(done)


def detect_ci(root: Path) -> str:
    """The CI system that a repository already uses, ``github`` when it shows none."""
    return "gitlab" if (root / ".gitlab-ci.yml").exists() else "github"


def _policy(root: Path) -> Written:
    project = root / PROJECT_FILE
    if project.exists() and has_policy(project):
        return Written(path=PROJECT_FILE, outcome="kept", note="it has [tool.lineage]")
    return _new(root, OWN_FILE, lambda: resource("templates", OWN_FILE))


def _ci_file(root: Path, path: str, name: str) -> Written:
    """A file of the CI system; of a .gitlab-ci.yml that stands there, what is missing in it."""
    done = _new(root, path, lambda: resource("templates", name))
    if path == _GITLAB_MAIN and done.outcome == "kept":
        included = (root / path).is_file() and b"lineage.gitlab-ci.yml" in read_document(root / path, path)
        return Written(path=path, outcome="kept", note="it includes ours" if included else _GITLAB_INCLUDE)
    return done


def _new(root: Path, path: str, content: Callable[[], bytes]) -> Written:
    target = root / path
    if target.exists() or target.is_symlink():
        return Written(path=path, outcome="kept", note="already there")
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_alone(target, content())
    return Written(path=path, outcome="written")


def _attributes(root: Path) -> Written:
    """Add our line to .gitattributes, unless one of that pattern is there."""
    target = root / ".gitattributes"
    before = read_document(target, ".gitattributes") if target.exists() else b""
    if any(line.split()[:1] == [_ATTRIBUTES] for line in before.decode("utf-8", "replace").splitlines()):
        return Written(path=".gitattributes", outcome="kept", note=f"it has a line for {_ATTRIBUTES}")
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    replace_alone(target, before + gap + resource("templates", "gitattributes"))
    return Written(path=".gitattributes", outcome="extended" if before else "written")
