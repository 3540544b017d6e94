"""GitHub Actions, as far as the templates use it: reads a workflow, and runs its jobs step by step.

Sources: "Workflow syntax", "Variables" and "Metadata syntax" of GitHub's documentation. What is not understood is an
error.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from tests.support.cimachine import Machine, Step, Supplies, check_out, started
from tests.support.githubexpr import as_text, condition, fill
from tests.support.projects import git, script

_STEP_KEYS = {"name", "id", "uses", "with", "run", "shell", "env", "if"}
_JOB_KEYS = {"name", "if", "needs", "runs-on", "permissions", "outputs", "strategy", "steps"}
_CALLING_KEYS = {"uses", "permissions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What started a workflow."""

    name: str
    sha: str
    ref: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    base_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What became of a job."""

    conclusion: str
    """``success``, ``failure`` or ``skipped``"""
    steps: tuple[Step, ...] = ()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    summary: str = ""
    typed: tuple[str, ...] = ()
    """the command lines of lineage"""
    artifacts: Mapping[str, bytes] = field(default_factory=dict)

    def step(self, name: str) -> Step:
        (found,) = (one for one in self.steps if one.name == name)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where a workflow runs: the repository, and a directory for machines."""

    origin: Path
    place: Path
    supplies: Supplies
    programs: Mapping[str, str] = field(default_factory=dict)
    """more programs on PATH: shell text"""
    action_path: Path | None = None


def is_started(document: Mapping[Any, Any], event: Event) -> bool:
    """Whether an event starts a workflow. YAML 1.1 reads the key ``on`` as true."""
    triggers = document[True]
    if event.name not in triggers:
        return False
    if event.name == "schedule":
        return {"cron": event.payload["schedule"]} in triggers["schedule"]
    only = (triggers[event.name] or {}).get("branches")
    return only is None or event.ref.removeprefix("refs/heads/") in only


def run_workflow(text: str, event: Event, host: Host) -> dict[str, Job]:
    """Every job by its name, those of a matrix as ``NAME (VALUE)``; none where the event starts nothing."""
    document = yaml.safe_load(text)
    return _jobs(document, event, host) if is_started(document, event) else {}


def _called(name: str, job: Mapping[str, Any], event: Event, host: Host) -> dict[str, Job]:
    """The jobs of a workflow of the same commit that a job calls, as ``NAME / JOB``; none has more permissions."""
    _known(job, _CALLING_KEYS, name)
    document = yaml.safe_load(git(host.origin, "show", f"{event.sha}:{job['uses'].removeprefix('./')}"))
    if "workflow_call" not in document[True]:
        raise ValueError(f"{name}: {job['uses']} is not to be called")
    if any(one["permissions"].items() - job["permissions"].items() for one in document["jobs"].values()):
        raise ValueError(f"{name}: {job['uses']} asks for more permissions")
    inner = _jobs(document, event, replace(host, place=host.place / "called"))
    return {f"{name} / {one}": done for one, done in inner.items()}


def _jobs(document: Mapping[Any, Any], event: Event, host: Host) -> dict[str, Job]:
    done: dict[str, Job] = {}
    for name, job in document["jobs"].items():
        if "uses" in job:
            done |= _called(name, job, event, host)
            continue
        _known(job, _JOB_KEYS, name)
        needed = [job["needs"]] if isinstance(job.get("needs", []), str) else job.get("needs", [])
        needs = {one: {"outputs": done[one].outputs, "result": done[one].conclusion} for one in needed}
        contexts = {"github": _github(event), "needs": needs}
        good = all(done[one].conclusion == "success" for one in needed)
        if not condition(job.get("if"), contexts, good=good):
            done[name] = Job(conclusion="skipped")
            continue
        for label, more in _matrix(name, job, contexts):
            done[label] = _Runner(event, host, host.place / f"machine-{len(done)}", {**contexts, **more}).job(job)
    return done


def run_action(text: str, event: Event, host: Host, inputs: Mapping[str, str]) -> Job:
    """A composite action as the only step of a job after the checkout."""
    document = yaml.safe_load(text)
    if document["runs"]["using"] != "composite":
        raise ValueError("not a composite action")
    given = {name: inputs.get(name, one.get("default", "")) for name, one in document["inputs"].items()}
    checkout = {"uses": "actions/checkout@", "with": {"fetch-depth": 0}}
    outputs = {name: one["value"] for name, one in document["outputs"].items()}
    job = {"steps": [checkout, *document["runs"]["steps"]], "outputs": outputs}
    if any("run" in step and "shell" not in step for step in document["runs"]["steps"]):
        raise ValueError("a run step of an action needs its shell")
    runner = _Runner(event, host, host.place / "machine-action", {"github": _github(event), "inputs": given})
    return runner.job(job)


def _matrix(name: str, job: Mapping[str, Any], contexts: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if "strategy" not in job:
        return [(name, {})]
    ((key, values),) = fill(job["strategy"]["matrix"], contexts).items()
    if not isinstance(values, list) or not values:
        raise ValueError(f"{name}: a matrix without a value is an error")
    return [
        (f"{name} ({one})", {"matrix": {key: one}, "strategy": {"job-index": index}})
        for index, one in enumerate(values)
    ]


def _github(event: Event) -> dict[str, Any]:
    payload = dict(event.payload)
    base = {"event_name": event.name, "ref": event.ref, "sha": event.sha, "base_ref": event.base_ref}
    return {**base, "event": payload, "repository": "acme/models", "token": "a-token"}


class _Runner:
    """One job on one machine."""

    def __init__(self, event: Event, host: Host, place: Path, contexts: Mapping[str, Any]) -> None:
        self._event, self._host = event, host
        self._machine: Machine = started(place, host.supplies)
        for name, content in host.programs.items():
            script(self._machine.programs / name, content)
        self._steps: dict[str, dict[str, Any]] = {}
        self._contexts = {**contexts, "runner": {"temp": str(self._machine.temporary)}, "steps": self._steps}
        self._artifacts: dict[str, bytes] = {}
        self._event_file = place / "event.json"
        self._event_file.write_text(json.dumps(event.payload))

    def job(self, job: Mapping[str, Any]) -> Job:
        ran: list[Step] = []
        for number, step in enumerate(job["steps"]):
            _known(step, _STEP_KEYS, str(number))
            if condition(step.get("if"), self._contexts, good=all(one.code == 0 for one in ran)):
                ran.append(self._use(step) if "uses" in step else self._run(step, number))
        return Job(
            conclusion="failure" if any(one.code for one in ran) else "success",
            steps=tuple(ran),
            outputs={key: as_text(fill(value, self._contexts)) for key, value in job.get("outputs", {}).items()},
            summary="".join(one.read_text() for one in sorted(self._machine.place.glob("summary-*"))),
            typed=tuple(self._machine.typed()),
            artifacts=self._artifacts,
        )

    def _use(self, step: Mapping[str, Any]) -> Step:
        action = step["uses"].partition("@")[0]
        given = fill(step.get("with", {}), self._contexts)
        if action == "actions/checkout":
            heads = ("+refs/heads/*:refs/remotes/origin/*",) if given.get("fetch-depth", 1) == 0 else ()
            depth = given.get("fetch-depth", 1)
            check_out(self._machine, self._host.origin, self._event.sha, depth=depth, refs=heads)
        elif action == "actions/setup-python":
            outputs = {"python-path": str(self._machine.programs / "python3")}
            self._steps[step.get("id", "")] = {"outputs": outputs}
        elif action == "actions/upload-artifact":
            self._artifacts[given["name"]] = Path(given["path"]).read_bytes()
        else:
            raise ValueError(f"no such action here: {action}")
        return Step(name=action, code=0, stdout="", stderr="")

    def _run(self, step: Mapping[str, Any], number: int) -> Step:
        place = self._machine.place
        output, summary = place / f"output-{number:02}", place / f"summary-{number:02}"
        output.touch()
        summary.touch()
        own = {key: as_text(value) for key, value in fill(step.get("env", {}), self._contexts).items()}
        options = ("--noprofile", "--norc", "-eo", "pipefail") if step.get("shell") == "bash" else ("-e",)
        variables = {**self._variables(), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), **own}
        ended = self._machine.run(step["name"], fill(step["run"], self._contexts), options, variables)
        if "id" in step:
            self._steps[step["id"]] = {"outputs": read_outputs(output.read_text())}
        return ended

    def _variables(self) -> dict[str, str]:
        event = self._event
        found = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": event.name,
            "GITHUB_EVENT_PATH": str(self._event_file),
            "GITHUB_SHA": event.sha,
            "GITHUB_REF": event.ref,
            "GITHUB_BASE_REF": event.base_ref,
            "GITHUB_REPOSITORY": "acme/models",
            "GITHUB_WORKSPACE": str(self._machine.work),
            "RUNNER_TEMP": str(self._machine.temporary),
        }
        if self._host.action_path is not None:
            found["GITHUB_ACTION_PATH"] = str(self._host.action_path)
        return found


def read_outputs(text: str) -> dict[str, str]:
    """``NAME=VALUE`` lines, and ``NAME<<END`` … ``END``."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, value = line.partition("=")
        heredoc = line.partition("<<")
        if heredoc[1] and len(heredoc[0]) < len(name):
            content = []
            while (inner := next(lines)) != heredoc[2]:
                content.append(inner)
            found[heredoc[0]] = "\n".join(content)
        elif sign:
            found[name] = value
        else:
            raise ValueError(f"invalid format: {line!r}")
    return found


def _known(mapping: Mapping[str, Any], keys: set[str], where: str) -> None:
    if set(mapping) - keys:
        raise ValueError(f"{where}: not understood: {', '.join(sorted(set(mapping) - keys))}")
