"""``lineage init``: a first configuration, what a repository needs once. Nothing that stands there is overwritten."""

import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from lineage.checking.revisions.pinning import pinned_by
from lineage.checking.revisions.readings import Readings, kept_readings
from lineage.checking.revisions.revision import at_worktree
from lineage.cli import exits
from lineage.cli.emit import answer, say
from lineage.cli.options import quiet_option
from lineage.config import OWN_FILE, PROJECT_FILE, find_root, has_policy
from lineage.errors import RepositoryError
from lineage.git.objects import GitObjects
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

SCHEDULED = {
    "github": {".github/workflows/lineage-schedule.yml": "github-schedule.yml"},
    "gitlab": {".gitlab/lineage-schedule.gitlab-ci.yml": "gitlab-schedule.yml"},
}
"""The same for the jobs that run by the clock."""
REBUILDING = {"github": {".github/workflows/lineage-rebuild.yml": "github-rebuild.yml"}}
"""The same for those that build the environment anew, where nothing pins it. On GitLab a schedule is enough."""

_GITLAB_MAIN = ".gitlab-ci.yml"
_GITLAB_JOBS = ".gitlab/lineage.gitlab-ci.yml"
_BY_CLOCK = "also: lineage init --schedule writes a job that checks every day, for what no commit tells"
_SCHEDULES = "on GitLab add a schedule (Build > Pipeline schedules): every day with the variable LINEAGE_CHECK = true"
_REBUILD = "nothing pins the environment: add one for every week with the variable LINEAGE_VERIFY = true"
_ATTRIBUTES = "*.lineage.toml"


@click.command("init")
@click.option("--ci", type=click.Choice([*CI_FILES, "none"]), help="The CI template.  [default: as used here]")
@click.option("--schedule", is_flag=True, help="Also jobs that run by the clock: for what no commit tells.")
@quiet_option
def command(ci: str | None, schedule: bool, quiet: bool) -> int:
    """Write a first configuration (lineage.toml), a CI template and a line in .gitattributes; overwrite nothing."""
    root = find_root(Path.cwd())
    if root is None:
        hint = "run git init at the root of the project"
        raise RepositoryError("not in a git repository", where=str(Path.cwd()), hint=hint)
    ci = ci or detect_ci(root)
    if schedule and ci not in SCHEDULED:
        raise click.UsageError("--schedule writes jobs for a CI system: --ci none has none")
    pinning = _pinning(root) if schedule else None
    done = scaffold(root, ci, pinning)
    answer("".join(f"{line}\n" for line in table([[one.outcome, one.path, one.note] for one in done])), None)
    say("next: train, then lineage capture WEIGHTS, then git add the manifest", quiet)
    for line in _by_clock(root, ci, pinning):
        say(line, quiet)
    return exits.GOOD


def _pinning(root: Path) -> tuple[str, ...]:
    """What pins the environment, of the files that git has."""
    with GitObjects(root) as objects:
        return pinned_by(at_worktree(objects, Readings(objects.blob, kept_readings(objects))))


def _by_clock(root: Path, ci: str, pinning: tuple[str, ...] | None) -> list[str]:
    """What is left to do for jobs that run by the clock."""
    if pinning is None:
        return [_BY_CLOCK] if any(not (root / path).exists() for path in SCHEDULED.get(ci, {})) else []
    if ci != "gitlab":
        return []
    return [_SCHEDULES] if pinning else [_SCHEDULES, _REBUILD]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file of the scaffold. ``path`` POSIX from the repository root."""

    path: str
    outcome: str
    """``written``, ``extended``, ``kept``, or ``left out``"""
    note: str = ""


def scaffold(root: Path, ci: str, pinning: tuple[str, ...] | None = None) -> tuple[Written, ...]:
    """Write what is missing: configuration, CI templates (``github``, ``gitlab``, ``none``), .gitattributes.

    ``pinning``: with the jobs that run by the clock, and those that build the environment anew unless files pin it.
    Raises ``StoreError``, and ``InputError`` for a pyproject.toml that cannot be read.
    """
    done = [_policy(root)]
    clock = {} if pinning is None else SCHEDULED.get(ci, {})
    for path, name in {**CI_FILES.get(ci, {}), **clock}.items():
        done.append(_gitlab_main(root, name, clock) if path == _GITLAB_MAIN else _of_template(root, path, name))
    if pinning is not None:
        done += [_rebuilding(root, path, name, pinning) for path, name in REBUILDING.get(ci, {}).items()]
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


def _of_template(root: Path, path: str, name: str, note: str = "") -> Written:
    return _new(root, path, lambda: resource("templates", name), note)


def _rebuilding(root: Path, path: str, name: str, pinning: tuple[str, ...]) -> Written:
    if pinning and not (root / path).exists():
        return Written(path=path, outcome="left out", note=f"the environment is pinned: {', '.join(pinning)}")
    return _of_template(root, path, name, "nothing pins the environment")


def _gitlab_main(root: Path, name: str, more: Iterable[str]) -> Written:
    """The file that includes ours; of one that stands there, what is missing in it."""
    main = root / _GITLAB_MAIN
    included = "".join(f"  - local: {path}\n" for path in more).encode()
    done = _new(root, _GITLAB_MAIN, lambda: resource("templates", name) + included)
    if done.outcome != "kept":
        return done
    content = read_document(main, _GITLAB_MAIN) if main.is_file() else b""
    ours = [path for path in (_GITLAB_JOBS, *more) if posixpath.basename(path).encode() not in content]
    listed = ", ".join(f"{{local: {path}}}" for path in ours)
    note = f"add to it: include: [{listed}]" if ours else "it includes ours"
    return Written(path=_GITLAB_MAIN, outcome="kept", note=note)


def _new(root: Path, path: str, content: Callable[[], bytes], note: str = "") -> Written:
    target = root / path
    if target.exists() or target.is_symlink():
        return Written(path=path, outcome="kept", note="already there")
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_alone(target, content())
    return Written(path=path, outcome="written", note=note)


def _attributes(root: Path) -> Written:
    """Add our line to .gitattributes, unless one of that pattern is there."""
    target = root / ".gitattributes"
    before = read_document(target, ".gitattributes") if target.exists() else b""
    if any(line.split()[:1] == [_ATTRIBUTES] for line in before.decode("utf-8", "replace").splitlines()):
        return Written(path=".gitattributes", outcome="kept", note=f"it has a line for {_ATTRIBUTES}")
    gap = b"" if not before or before.endswith(b"\n") else b"\n"
    replace_alone(target, before + gap + resource("templates", "gitattributes"))
    return Written(path=".gitattributes", outcome="extended" if before else "written")
