"""What the variables of a CI provider tell of the job that runs: the commit it was started for, and where the code is.

It is asked only where there is no git repository: some providers and images hand the files to a job without ``.git``.
Nothing here was observed. A variable may be passed on by hand and be stale, so whoever uses an answer says whose it is.

The names are those that the providers document: GitHub Actions ("Default environment variables"), GitLab ("Predefined
CI/CD variables reference"), Azure Pipelines ("Use predefined variables"), CircleCI ("Project values and variables"),
Bitbucket Pipelines ("Variables and secrets"), and for Jenkins its git plugin. Addresses that hold a token by design
(``CI_REPOSITORY_URL``) are not asked for; the others are normalised, as any remote.
"""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lineage.errors import InputError
from lineage.redaction.addresses import normalise_remote

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider, and the names of its variables."""

    name: str
    mark: str
    """tells that the provider runs the job"""
    is_flag: bool = True
    """whether ``mark`` is ``true``, in any case, where it is meant; else any text will do"""
    commit: str
    remote: tuple[str, ...]
    """their values joined by ``/`` are the address"""
    directory: str
    """the root of the checkout, absolute"""


PROVIDERS = (
    Provider(
        name="GitHub Actions",
        mark="GITHUB_ACTIONS",
        commit="GITHUB_SHA",
        remote=("GITHUB_SERVER_URL", "GITHUB_REPOSITORY"),
        directory="GITHUB_WORKSPACE",
    ),
    Provider(
        name="GitLab CI",
        mark="GITLAB_CI",
        commit="CI_COMMIT_SHA",
        remote=("CI_PROJECT_URL",),
        directory="CI_PROJECT_DIR",
    ),
    Provider(
        name="Azure Pipelines",
        mark="TF_BUILD",
        commit="BUILD_SOURCEVERSION",
        remote=("BUILD_REPOSITORY_URI",),
        directory="BUILD_SOURCESDIRECTORY",
    ),
    Provider(
        name="CircleCI",
        mark="CIRCLECI",
        commit="CIRCLE_SHA1",
        remote=("CIRCLE_REPOSITORY_URL",),
        directory="CIRCLE_WORKING_DIRECTORY",
    ),
    Provider(
        name="Bitbucket Pipelines",
        mark="BITBUCKET_BUILD_NUMBER",
        is_flag=False,
        commit="BITBUCKET_COMMIT",
        remote=("BITBUCKET_GIT_HTTP_ORIGIN",),
        directory="BITBUCKET_CLONE_DIR",
    ),
    Provider(
        name="Jenkins",
        mark="JENKINS_URL",
        is_flag=False,
        commit="GIT_COMMIT",
        remote=("GIT_URL",),
        directory="WORKSPACE",
    ),
)
"""Every provider that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What one provider tells of the job, or several that agree."""

    provider: str
    """its name; several joined by `` and ``"""
    mark: str
    """the variable that tells it is there"""
    commit: str | None = None
    """40 or 64 hex"""
    no_commit: str = ""
    """why ``commit`` is ``None``, with the variable"""
    remote: str | None = None
    """normalised address without credentials; ``None`` when it is not told or must not be recorded"""
    directory: str | None = None
    """root of the checkout, absolute, without a slash at its end; not looked at"""
    no_directory: str = ""
    """why ``directory`` is ``None``, with the variable"""


def read_builds(variables: Mapping[str, str]) -> tuple[Build, ...]:
    """What each provider whose mark is set tells, in the order of ``PROVIDERS``. No value is ever shown in a reason."""
    return tuple(_build(one, variables) for one in PROVIDERS if _is_marked(one, variables))


def _is_marked(provider: Provider, variables: Mapping[str, str]) -> bool:
    value = variables.get(provider.mark, "")
    return value.lower() == "true" if provider.is_flag else bool(value)


def _build(provider: Provider, variables: Mapping[str, str]) -> Build:
    commit = variables.get(provider.commit, "")
    address = [variables.get(name, "") for name in provider.remote]
    directory, no_directory = _directory(provider.directory, variables)
    is_commit = _COMMIT.fullmatch(commit) is not None and commit.strip("0") != ""
    wrong = "is not the full id of a commit" if commit else "is not set"
    return Build(
        provider=provider.name,
        mark=provider.mark,
        commit=commit if is_commit else None,
        no_commit="" if is_commit else f"{provider.commit} {wrong}",
        remote=normalise_remote("/".join(address)) if all(address) else None,
        directory=directory,
        no_directory=no_directory,
    )


def _directory(name: str, variables: Mapping[str, str]) -> tuple[str | None, str]:
    """(the directory, why there is none). CircleCI writes ``~/project``, for the shell to fill in."""
    value = variables.get(name, "")
    if value == "~" or value.startswith("~/"):
        if not variables.get("HOME"):
            return None, f"{name} begins with ~, and HOME is not set"
        value = variables["HOME"] + value[1:]
    if not value:
        return None, f"{name} is not set"
    if not _ABSOLUTE.match(value):
        return None, f"{name} is not an absolute path"
    normal = posixpath.normpath(value)  # keeps two slashes at the beginning, as POSIX allows
    return ("/" + normal.lstrip("/") if value.startswith("/") else normal), ""


def agree(builds: Sequence[Build]) -> Build:
    """What the builds tell together; there must be one. What one does not tell, another may.

    Raises ``InputError`` when two of them name different commits, remotes or directories: nothing says which is right.
    """
    for what in ("commit", "remote", "directory"):
        told = [one for one in builds if getattr(one, what) is not None]
        for other in told[1:]:
            if getattr(other, what) != getattr(told[0], what):
                raise _contradiction(what, told[0], other)
    return Build(
        provider=" and ".join(one.provider for one in builds if one.commit) or builds[0].provider,
        mark=builds[0].mark,
        commit=next((one.commit for one in builds if one.commit), None),
        no_commit="; ".join(one.no_commit for one in builds if one.no_commit),
        remote=next((one.remote for one in builds if one.remote), None),
        directory=next((one.directory for one in builds if one.directory), None),
        no_directory="; ".join(one.no_directory for one in builds if one.no_directory),
    )


def _contradiction(what: str, one: Build, other: Build) -> InputError:
    return InputError(
        f"two CI providers name the {what}, and differ: {one.provider} {getattr(one, what)}, "
        f"{other.provider} {getattr(other, what)}",
        hint=f"unset the variable of the one that does not run this job: {one.mark} or {other.mark}",
    )
