"""GitLab CI, as far as the template uses it: reads .gitlab-ci.yml with what it includes, and runs its jobs.

Source: "CI/CD YAML syntax reference" of GitLab's documentation. What is not understood is an error.
"""

import fnmatch
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from tests.support.cimachine import Machine, Step, Supplies, check_out, started
from tests.support.projects import git

MAIN = ".gitlab-ci.yml"
_KEYS = {
    "extends",
    "stage",
    "image",
    "before_script",
    "script",
    "rules",
    "variables",
    "artifacts",
    "allow_failure",
    "needs",
    "trigger",
}
_COMPARED = re.compile(r'\$(\w+)(?:\s*==\s*(?:"([^"]*)"|\$(\w+)))?')
_DOTENV = re.compile(r"\w+=[^\s'\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """``!reference [JOB, KEY]``."""

    path: tuple[str, ...]


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML with GitLab's one tag."""


_Loader.add_constructor(
    "!reference",
    lambda loader, node: Reference(path=tuple(loader.construct_sequence(node))),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What became of a job that was part of a pipeline."""

    status: str
    """``success``, ``warning``, ``failed`` or ``skipped``"""
    script: Step | None = None
    typed: tuple[str, ...] = ()
    """the command lines of lineage"""
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    """path → content, reports too"""
    dotenv: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What a pipeline is started with."""

    origin: Path
    commit: str
    variables: Mapping[str, str]
    place: Path
    supplies: Supplies
    depth: int = 20
    """of the clone: GitLab's own default"""


def run_pipeline(start: Pipeline, content: str | None = None) -> dict[str, Job]:
    """Every job of a pipeline by its name, those of a child pipeline as ``TRIGGER / NAME``.

    ``content``: the configuration, else that of the commit. No job at all is an error, as it is for GitLab.
    """
    jobs = _jobs(start, git(start.origin, "show", f"{start.commit}:{MAIN}") if content is None else content)
    chosen = {name: job for name, job in jobs.items() if _is_chosen(job.get("rules"), start.variables)}
    if not chosen:
        raise ValueError("a pipeline without a job is an error")
    done: dict[str, Job] = {}
    for name, job in chosen.items():
        needed = [done[one] for one in job.get("needs", [])]
        if any(one.status not in ("success", "warning") for one in needed):
            done[name] = Job(status="skipped")
        elif "trigger" in job:
            done.update(_child(start, name, job, done))
        else:
            done[name] = _run(start, job, start.place / f"machine-{len(done)}", needed)
    return done


def _jobs(start: Pipeline, content: str) -> dict[str, dict[str, Any]]:
    """Every job that is not hidden, whole: with what it extends and refers to."""
    document = yaml.load(content, _Loader)
    everything: dict[str, Any] = {}
    for one in document.pop("include", []):
        everything |= yaml.load(git(start.origin, "show", f"{start.commit}:{one['local']}"), _Loader)
    everything |= document
    found = {name: _whole(name, everything) for name in everything if not name.startswith(".")}
    for name, job in found.items():
        if set(job) - _KEYS or ("script" in job) is ("trigger" in job):
            raise ValueError(f"{name}: not understood: {sorted(job)}")
    return found


def _whole(name: str, everything: Mapping[str, Any]) -> dict[str, Any]:
    job = {
        key: everything[value.path[0]][value.path[1]] if isinstance(value, Reference) else value
        for key, value in everything[name].items()
    }
    above = job.pop("extends", [])
    merged: dict[str, Any] = {}
    for one in [above] if isinstance(above, str) else above:
        merged = _merge(merged, _whole(one, everything))
    return _merge(merged, job)


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged, anything else is replaced."""
    both = {
        key: _merge(below[key], above[key])
        for key in below.keys() & above.keys()
        if isinstance(below[key], dict) and isinstance(above[key], dict)
    }
    return {**below, **above, **both}


def _is_chosen(rules: list[dict[str, str]] | None, variables: Mapping[str, str]) -> bool:
    """The first rule that holds decides."""
    for rule in rules or ():
        if set(rule) - {"if", "when"}:
            raise ValueError(f"not understood: {rule}")
        if all(_holds(part.strip(), variables) for part in rule["if"].split("&&")):
            return rule.get("when") != "never"
    return rules is None


def _holds(text: str, variables: Mapping[str, str]) -> bool:
    match = _COMPARED.fullmatch(text)
    if match is None:
        raise ValueError(f"not understood: {text}")
    value = variables.get(match[1])
    if match[2] is not None:
        return value == match[2]
    return value == variables.get(match[3]) if match[3] else bool(value)


def _child(start: Pipeline, name: str, job: Mapping[str, Any], done: Mapping[str, Job]) -> dict[str, Job]:
    (include,) = job["trigger"]["include"]
    content = done[include["job"]].artifacts[include["artifact"]].decode()
    variables = {**start.variables, "CI_PIPELINE_SOURCE": "parent_pipeline"}
    inner = run_pipeline(replace(start, variables=variables, place=start.place / "child"), content)
    ended = "failed" if any(one.status == "failed" for one in inner.values()) else "success"
    if job["trigger"]["strategy"] != "depend":
        raise ValueError(f"{name}: the end of its jobs is not waited for")
    return {name: Job(status=ended), **{f"{name} / {one}": job for one, job in inner.items()}}


def _run(start: Pipeline, job: Mapping[str, Any], place: Path, needed: list[Job]) -> Job:
    machine = started(place, start.supplies)
    check_out(machine, start.origin, start.commit, depth=start.depth, refs=())
    for one in needed:
        for path, content in one.artifacts.items():
            (machine.work / path).write_bytes(content)
    own = {key: _value(value) for key, value in job.get("variables", {}).items()}
    told = {key: value for one in needed for key, value in one.dotenv.items()}
    variables = {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(machine.work), **start.variables, **own, **told}
    lines = ["set -eo pipefail", *job.get("before_script", []), *job["script"]]
    step = machine.run("script", "\n".join(lines) + "\n", (), variables)
    reports = job.get("artifacts", {}).get("reports", {})
    kept = step.code == 0 or job.get("artifacts", {}).get("when") == "always"
    return Job(
        status=_status(step.code, job.get("allow_failure", False)),
        script=step,
        typed=tuple(machine.typed()),
        artifacts=_artifacts(machine, [*job.get("artifacts", {}).get("paths", []), *reports.values()]) if kept else {},
        dotenv=read_dotenv((machine.work / reports["dotenv"]).read_text()) if kept and "dotenv" in reports else {},
    )


def _status(code: int, allowed: Any) -> str:
    if code == 0:
        return "success"
    return "warning" if allowed is True or (allowed and code in allowed["exit_codes"]) else "failed"


def _value(value: Any) -> str:
    """A variable; only one that must not be expanded may hold a ``$``."""
    if isinstance(value, Mapping):
        if value.get("expand") is not False:
            raise ValueError(f"not understood: {json.dumps(value)}")
        return str(value["value"])
    if "$" in value:
        raise ValueError(f"would be expanded: {value}")
    return str(value)


def _artifacts(machine: Machine, patterns: list[str]) -> dict[str, bytes]:
    paths = [one for one in machine.work.rglob("*") if one.is_file() and ".git" not in one.parts]
    names = {one.relative_to(machine.work).as_posix(): one for one in paths}
    return {name: path.read_bytes() for name, path in names.items() if any(fnmatch.fnmatch(name, p) for p in patterns)}


def read_dotenv(text: str) -> dict[str, str]:
    """``KEY=VALUE`` lines as GitLab takes them: at most 5 KB, no empty line, no quotes, no spaces."""
    if len(text.encode()) > 5 * 1024:
        raise ValueError("a dotenv report of more than 5 KB")
    for line in text.splitlines():
        if not _DOTENV.fullmatch(line):
            raise ValueError(f"not a line of a dotenv report: {line!r}")
    return dict(line.split("=", 1) for line in text.splitlines())
