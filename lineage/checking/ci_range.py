"""Which commits a CI job compares, by the variables of its provider: pure, from a mapping to a range.

The names are those that the providers document. In a pull request most name the branch that it goes to, some the commit
of it; in a push the commit before it. AppVeyor, Azure, Bitbucket and Buildkite name none in a push, CircleCI never: its
configuration knows one, as ``pipeline.git.base_revision``, and must pass it on.
"""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_SHORT = re.compile(r"[0-9a-f]{7,64}")
"""Bitbucket shortens the commit of the destination, Travis both of its range."""
_GITHUB = "GitHub Actions"


class JobRange(NamedTuple):
    """What a CI job is asked to compare."""

    provider: str
    text: str | None
    """``BASE...HEAD``; ``None`` where the variables tell no base"""
    hint: str = ""
    """how to get one all the same"""


class _Mark(NamedTuple):
    """How a provider is known; ``value`` in any case, ``""``: any text will do."""

    provider: str
    variable: str
    value: str = "true"
    hint: str = ""


_MARKS = (
    _Mark(_GITHUB, "GITHUB_ACTIONS"),
    _Mark("GitLab CI", "GITLAB_CI"),
    _Mark("Azure Pipelines", "TF_BUILD"),
    _Mark(
        "CircleCI",
        "CIRCLECI",
        hint="its configuration knows one: lineage check << pipeline.git.base_revision >>..HEAD",
    ),
    _Mark("Bitbucket Pipelines", "BITBUCKET_BUILD_NUMBER", ""),
    _Mark("Buildkite", "BUILDKITE"),
    _Mark("Drone", "DRONE"),
    _Mark("Woodpecker", "CI", "woodpecker"),
    _Mark("Travis CI", "TRAVIS"),
    _Mark("AppVeyor", "APPVEYOR"),
    _Mark("Jenkins", "JENKINS_URL", ""),
)
"""First to last; Jenkins is last, as its variable may be set for all of a machine."""


class _Told(NamedTuple):
    """Which variables of a provider tell a range."""

    provider: str
    base: str
    head: str
    is_branch: bool = False
    """``base`` names a branch of ``origin``, not a commit"""
    only: tuple[str, str] = ("", "")
    """a variable and how its value begins where this one counts"""
    unless: tuple[str, str] = ("", "")
    """a variable and the value with which it does not"""


_TOLD = (
    _Told(_GITHUB, "GITHUB_BASE_REF", "GITHUB_SHA", is_branch=True),
    _Told("GitLab CI", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_COMMIT_SHA"),
    _Told("GitLab CI", "CI_COMMIT_BEFORE_SHA", "CI_COMMIT_SHA"),
    _Told("Azure Pipelines", "SYSTEM_PULLREQUEST_TARGETBRANCH", "BUILD_SOURCEVERSION", is_branch=True),
    _Told("Bitbucket Pipelines", "BITBUCKET_PR_DESTINATION_COMMIT", "BITBUCKET_COMMIT"),
    _Told("Buildkite", "BUILDKITE_PULL_REQUEST_BASE_BRANCH", "BUILDKITE_COMMIT", is_branch=True),
    _Told(
        "Drone", "DRONE_TARGET_BRANCH", "DRONE_COMMIT_SHA", is_branch=True, only=("DRONE_BUILD_EVENT", "pull_request")
    ),
    _Told("Drone", "DRONE_COMMIT_BEFORE", "DRONE_COMMIT_SHA", only=("DRONE_BUILD_EVENT", "push")),
    _Told(
        "Woodpecker", "CI_COMMIT_TARGET_BRANCH", "CI_COMMIT_SHA", is_branch=True, only=("CI_PIPELINE_EVENT", "pull_req")
    ),
    _Told("Woodpecker", "CI_PREV_COMMIT_SHA", "CI_COMMIT_SHA", only=("CI_PIPELINE_EVENT", "push")),
    _Told("Travis CI", "TRAVIS_BRANCH", "TRAVIS_COMMIT", is_branch=True, only=("TRAVIS_EVENT_TYPE", "pull_request")),
    _Told("Travis CI", "TRAVIS_COMMIT_RANGE", "TRAVIS_COMMIT"),
    _Told(
        "AppVeyor",
        "APPVEYOR_REPO_BRANCH",
        "APPVEYOR_REPO_COMMIT",
        is_branch=True,
        unless=("APPVEYOR_PULL_REQUEST_NUMBER", ""),
    ),
    _Told("Jenkins", "CHANGE_TARGET", "GIT_COMMIT", is_branch=True),
    _Told("Jenkins", "GIT_PREVIOUS_SUCCESSFUL_COMMIT", "GIT_COMMIT"),
)
"""First to last. Jenkins' last good build, and not the last one: what failed it must not pass the next time."""


def job_range(variables: Mapping[str, str], event: bytes | None = None) -> JobRange | None:
    """What the CI job compares that the variables tell of; ``None`` outside of any.

    ``event`` is the content of GitHub's event file: it alone tells the commit before a push, and that of a merge queue.
    """
    marks = [one for one in _MARKS if _is_marked(one, variables)]
    providers = {one.provider for one in marks}
    for told in _TOLD:
        start = _start(told, variables) if told.provider in providers else None
        if start is not None:
            head = variables.get(told.head, "")
            return JobRange(told.provider, f"{start}...{head if _COMMIT.fullmatch(head) else 'HEAD'}")
    before = _before(event) if _GITHUB in providers else ""
    if _is_start(before):
        return JobRange(_GITHUB, f"{before}...{variables.get('GITHUB_SHA') or 'HEAD'}")
    return JobRange(marks[0].provider, None, marks[0].hint) if marks else None


def _is_marked(mark: _Mark, variables: Mapping[str, str]) -> bool:
    value = variables.get(mark.variable, "")
    return value.lower() == mark.value if mark.value else bool(value)


def _start(told: _Told, variables: Mapping[str, str]) -> str | None:
    """The base, as git names it; ``None`` where the job tells none."""
    base = variables.get(told.base, "")
    counts = variables.get(told.only[0], "").startswith(told.only[1])
    if told.unless[0]:
        counts = variables.get(told.unless[0], "") != told.unless[1]
    if not base or not counts:
        return None
    if told.is_branch:
        return f"origin/{base.removeprefix('refs/heads/')}"
    commit = base.partition("...")[0]
    return commit if _is_start(commit) else None


def _is_start(commit: str) -> bool:
    """The first push of a branch has no commit before it: the provider writes zeros."""
    return _SHORT.fullmatch(commit) is not None and commit.strip("0") != ""


def _before(event: bytes | None) -> str:
    try:
        document = json.loads(event or b"{}")
    except (ValueError, RecursionError):
        return ""
    if not isinstance(document, dict):
        return ""
    queue = document.get("merge_group")
    before = queue.get("base_sha") if isinstance(queue, dict) else document.get("before")
    return before if isinstance(before, str) else ""
