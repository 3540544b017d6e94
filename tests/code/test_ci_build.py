"""What the variables of CI providers tell: pure, from a mapping to values."""

import re
from collections.abc import Mapping

import pytest

from lineage.code.ci_build import PROVIDERS, Build, agree, read_builds
from lineage.errors import InputError

COMMIT = "3f786850e387550fdab836ed7e6dc881de23001b"
OTHER = "89e6c98d92887913cadf06b2adb97f26cde4849b"
LONG = "6e3a5f0bc1b9f6f7f47a4c8c1b9d7a1f7b5ad1e3d51b5c1a7b4c7d8e9f0a1b2c"
REMOTE = "https://example.org/acme/fraud"

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SHA": COMMIT,
    "GITHUB_SERVER_URL": "https://example.org",
    "GITHUB_REPOSITORY": "acme/fraud",
    "GITHUB_WORKSPACE": "/builds/fraud",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_COMMIT_SHA": COMMIT,
    "CI_PROJECT_URL": REMOTE,
    "CI_REPOSITORY_URL": "https://gitlab-ci-token:glcbt-64_secret@example.org/other/fraud.git",
    "CI_PROJECT_DIR": "/builds/fraud",
}
AZURE = {
    "TF_BUILD": "True",
    "BUILD_SOURCEVERSION": COMMIT,
    "BUILD_REPOSITORY_URI": "https://acme@example.org/acme/fraud",
    "BUILD_SOURCESDIRECTORY": "/builds/fraud",
}
CIRCLE = {
    "CIRCLECI": "true",
    "CIRCLE_SHA1": COMMIT,
    "CIRCLE_REPOSITORY_URL": "https://example.org/acme/fraud.git",
    "CIRCLE_WORKING_DIRECTORY": "~/fraud",
    "HOME": "/builds/",
}
BITBUCKET = {
    "BITBUCKET_BUILD_NUMBER": "7",
    "BITBUCKET_COMMIT": COMMIT,
    "BITBUCKET_GIT_HTTP_ORIGIN": "https://example.org/acme/fraud",
    "BITBUCKET_CLONE_DIR": "/builds/fraud/",
}
JENKINS = {
    "JENKINS_URL": "https://jenkins.example.org/",
    "GIT_COMMIT": COMMIT,
    "GIT_URL": "https://ada:secret@example.org/acme/fraud.git",
    "WORKSPACE": "/builds/fraud",
}
JOBS = {
    "GitHub Actions": GITHUB,
    "GitLab CI": GITLAB,
    "Azure Pipelines": AZURE,
    "CircleCI": CIRCLE,
    "Bitbucket Pipelines": BITBUCKET,
    "Jenkins": JENKINS,
}
NAMES = {one.name: one for one in PROVIDERS}


def build_of(variables: Mapping[str, str]) -> Build:
    (found,) = read_builds(variables)
    return found


@pytest.mark.parametrize("name", JOBS)
def test_a_job_tells_commit_remote_and_directory(name: str) -> None:
    assert read_builds({**JOBS[name], "PATH": "/bin"}) == (
        Build(provider=name, mark=NAMES[name].mark, commit=COMMIT, remote=REMOTE, directory="/builds/fraud"),
    )


def test_every_provider_has_a_job_here() -> None:
    assert list(JOBS) == [one.name for one in PROVIDERS]


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize("value", [None, "", "false"])
def test_without_its_mark_a_provider_is_not_there(name: str, value: str | None) -> None:
    provider = NAMES[name]
    variables = {key: text for key, text in JOBS[name].items() if key != provider.mark}
    if value is not None:
        variables[provider.mark] = value

    is_there = bool(value) and not provider.is_flag
    assert [one.provider for one in read_builds(variables)] == ([name] if is_there else [])


def test_nothing_is_told_where_no_provider_is() -> None:
    assert read_builds({"CI": "true", "HOME": "/home/ada"}) == ()


@pytest.mark.parametrize(
    ("value", "commit"),
    [
        (COMMIT, COMMIT),
        (LONG, LONG),
        ("0" * 40, None),
        ("0" * 64, None),
        (COMMIT.upper(), None),
        (COMMIT[:12], None),
        (COMMIT + "0", None),
        (f"{COMMIT}\n", None),
        (f" {COMMIT}", None),
        ("HEAD", None),
        ("refs/heads/main", None),
        ("C1234", None),
        ("ghp_" + "a" * 36, None),
    ],
)
@pytest.mark.parametrize("name", JOBS)
def test_only_the_full_id_of_a_commit_is_one(name: str, value: str, commit: str | None) -> None:
    variable = NAMES[name].commit

    found = build_of({**JOBS[name], variable: value})

    assert (found.commit, found.no_commit) == (commit, "" if commit else f"{variable} is not the full id of a commit")


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize("emptied", [True, False])
def test_what_a_job_does_not_tell_is_named(name: str, emptied: bool) -> None:
    provider = NAMES[name]
    gone = (provider.commit, provider.remote[-1], provider.directory)
    variables = {key: text for key, text in JOBS[name].items() if key not in gone}

    found = build_of({**variables, **dict.fromkeys(gone if emptied else (), "")})

    assert found == Build(
        provider=name,
        mark=provider.mark,
        no_commit=f"{provider.commit} is not set",
        no_directory=f"{provider.directory} is not set",
    )


@pytest.mark.parametrize(
    ("value", "remote"),
    [
        ("https://oauth2:glpat-aaaaaaaaaaaaaaaaaaaa@example.org/acme/fraud.git?private_token=x#y", REMOTE),
        ("https://example.org/acme/fraud/", REMOTE),
        ("git@example.org:acme/fraud.git", "ssh://example.org/acme/fraud"),
        ("https://ada:p@ss/word@example.org/acme/fraud", None),
        ("/srv/git/fraud.git", None),
        ("file:///srv/git/fraud.git", None),
        ("https://example.org/a\x1b[31m", None),
    ],
)
def test_an_address_is_recorded_without_credentials_or_not_at_all(value: str, remote: str | None) -> None:
    assert build_of({**JENKINS, "GIT_URL": value}).remote == remote


@pytest.mark.parametrize(
    ("value", "directory", "reason"),
    [
        ("/builds/fraud", "/builds/fraud", ""),
        ("//builds/./fraud//", "/builds/fraud", ""),
        ("/", "/", ""),
        ("D:\\a\\1\\s", "D:\\a\\1\\s", ""),
        ("D:/a/1/s", "D:/a/1/s", ""),
        ("~", "/home/ada", ""),
        ("~/fraud", "/home/ada/fraud", ""),
        ("~bob/fraud", None, "WORKSPACE is not an absolute path"),
        ("fraud", None, "WORKSPACE is not an absolute path"),
        ("$HOME/fraud", None, "WORKSPACE is not an absolute path"),
    ],
)
def test_the_directory_is_absolute(value: str, directory: str | None, reason: str) -> None:
    found = build_of({**JENKINS, "WORKSPACE": value, "HOME": "/home/ada"})

    assert (found.directory, found.no_directory) == (directory, reason)


@pytest.mark.parametrize("value", ["~", "~/fraud"])
def test_without_a_home_a_tilde_means_nothing(value: str) -> None:
    found = build_of({**JENKINS, "WORKSPACE": value})

    assert (found.directory, found.no_directory) == (None, "WORKSPACE begins with ~, and HOME is not set")


def test_builds_that_agree_are_one() -> None:
    jenkins = {**JENKINS, "GIT_URL": "", "WORKSPACE": ""}

    assert agree(read_builds({**GITHUB, **jenkins})) == Build(
        provider="GitHub Actions and Jenkins",
        mark="GITHUB_ACTIONS",
        commit=COMMIT,
        remote=REMOTE,
        directory="/builds/fraud",
        no_directory="WORKSPACE is not set",
    )


def test_what_one_does_not_tell_another_does() -> None:
    github = {**GITHUB, "GITHUB_SHA": "main", "GITHUB_SERVER_URL": "", "GITHUB_WORKSPACE": ""}

    assert agree(read_builds({**github, **JENKINS})) == Build(
        provider="Jenkins",
        mark="GITHUB_ACTIONS",
        commit=COMMIT,
        no_commit="GITHUB_SHA is not the full id of a commit",
        remote=REMOTE,
        directory="/builds/fraud",
        no_directory="GITHUB_WORKSPACE is not set",
    )


def test_builds_that_tell_nothing_say_why() -> None:
    github = {key: text for key, text in GITHUB.items() if key != "GITHUB_SHA"}
    jenkins = {key: text for key, text in JENKINS.items() if key != "GIT_COMMIT"}

    found = agree(read_builds({**github, **jenkins}))

    assert (found.provider, found.commit) == ("GitHub Actions", None)
    assert found.no_commit == "GITHUB_SHA is not set; GIT_COMMIT is not set"


@pytest.mark.parametrize(
    ("jenkins", "message"),
    [
        ({"GIT_COMMIT": OTHER}, f"commit, and differ: GitHub Actions {COMMIT}, Jenkins {OTHER}"),
        (
            {"GIT_URL": "https://ada:secret@example.org/acme/other"},
            f"remote, and differ: GitHub Actions {REMOTE}, Jenkins https://example.org/acme/other",
        ),
        (
            {"WORKSPACE": "/var/jenkins"},
            "directory, and differ: GitHub Actions /builds/fraud, Jenkins /var/jenkins",
        ),
    ],
)
def test_builds_that_contradict_are_refused(jenkins: dict[str, str], message: str) -> None:
    hint = "\n  unset the variable of the one that does not run this job: GITHUB_ACTIONS or JENKINS_URL"

    with pytest.raises(InputError, match=re.escape(f"two CI providers name the {message}{hint}") + r"\Z"):
        agree(read_builds({**GITHUB, **JENKINS, **jenkins}))
