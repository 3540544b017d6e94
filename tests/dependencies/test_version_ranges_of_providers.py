"""The range of a pull request or push, from the variables of each provider."""

import pytest

from lineage.checking.ci_range import JobRange, job_range

HEAD, BASE, ZERO = "1" * 40, "2" * 40, "0" * 40
PULL = {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "release/1", "GITHUB_SHA": HEAD}
PUSH = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": HEAD, "GITHUB_BASE_REF": ""}
GITLAB = {"GITLAB_CI": "true", "CI_COMMIT_SHA": HEAD}
AZURE = {"TF_BUILD": "True", "BUILD_SOURCEVERSION": HEAD}
BITBUCKET = {"BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_COMMIT": HEAD}
BUILDKITE = {"BUILDKITE": "true", "BUILDKITE_COMMIT": HEAD, "BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}
DRONE = {"DRONE": "true", "DRONE_COMMIT_SHA": HEAD, "DRONE_TARGET_BRANCH": "main"}
WOODPECKER = {"CI": "woodpecker", "CI_COMMIT_SHA": HEAD}
TRAVIS = {"TRAVIS": "true", "TRAVIS_COMMIT": HEAD, "TRAVIS_BRANCH": "main"}
APPVEYOR = {"APPVEYOR": "True", "APPVEYOR_REPO_COMMIT": HEAD, "APPVEYOR_REPO_BRANCH": "main"}
JENKINS = {"JENKINS_URL": "https://ci.example.org", "GIT_COMMIT": HEAD}
MAIN, COMMITS = f"origin/main...{HEAD}", f"{BASE}...{HEAD}"
EVENT = b'{"before": "%s"}'


@pytest.mark.parametrize(
    ("variables", "provider", "expected"),
    [
        (PULL, "GitHub Actions", f"origin/release/1...{HEAD}"),
        (PULL | {"GITHUB_SHA": "--all"}, "GitHub Actions", "origin/release/1...HEAD"),
        (GITLAB | {"CI_MERGE_REQUEST_DIFF_BASE_SHA": BASE}, "GitLab CI", COMMITS),
        (GITLAB | {"CI_COMMIT_BEFORE_SHA": BASE}, "GitLab CI", COMMITS),
        (GITLAB | {"CI_COMMIT_BEFORE_SHA": ZERO}, "GitLab CI", None),
        (GITLAB | {"CI_COMMIT_BEFORE_SHA": "--output=x"}, "GitLab CI", None),
        (AZURE | {"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}, "Azure Pipelines", MAIN),
        (AZURE, "Azure Pipelines", None),
        (
            BITBUCKET | {"BITBUCKET_PR_DESTINATION_COMMIT": BASE[:12]},
            "Bitbucket Pipelines",
            f"{BASE[:12]}...{HEAD}",
        ),
        (BITBUCKET, "Bitbucket Pipelines", None),
        (BUILDKITE | {"BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"}, "Buildkite", MAIN),
        (BUILDKITE | {"BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main", "BUILDKITE_COMMIT": "HEAD"}, "Buildkite",
            "origin/main...HEAD"),
        (BUILDKITE, "Buildkite", None),
        (DRONE | {"DRONE_BUILD_EVENT": "pull_request"}, "Drone", MAIN),
        (DRONE | {"DRONE_BUILD_EVENT": "push", "DRONE_COMMIT_BEFORE": BASE}, "Drone", COMMITS),
        (DRONE | {"DRONE_BUILD_EVENT": "push", "DRONE_COMMIT_BEFORE": ZERO}, "Drone", None),
        (DRONE | {"DRONE_BUILD_EVENT": "cron"}, "Drone", None),
        (
            WOODPECKER | {"CI_PIPELINE_EVENT": "pull_request", "CI_COMMIT_TARGET_BRANCH": "main"},
            "Woodpecker",
            MAIN,
        ),
        (WOODPECKER | {"CI_PIPELINE_EVENT": "push", "CI_PREV_COMMIT_SHA": BASE}, "Woodpecker", COMMITS),
        (WOODPECKER | {"CI_PIPELINE_EVENT": "tag", "CI_PREV_COMMIT_SHA": BASE}, "Woodpecker", None),
        (TRAVIS | {"TRAVIS_EVENT_TYPE": "pull_request", "TRAVIS_COMMIT_RANGE": "x"}, "Travis CI", MAIN),
        (TRAVIS | {"TRAVIS_EVENT_TYPE": "push", "TRAVIS_COMMIT_RANGE": f"{BASE[:12]}...{HEAD[:12]}"}, "Travis CI",
            f"{BASE[:12]}...{HEAD}"),
        (TRAVIS | {"TRAVIS_EVENT_TYPE": "push", "TRAVIS_COMMIT_RANGE": ""}, "Travis CI", None),
        (TRAVIS | {"TRAVIS_EVENT_TYPE": "push", "TRAVIS_COMMIT_RANGE": "--all"}, "Travis CI", None),
        (APPVEYOR | {"APPVEYOR_PULL_REQUEST_NUMBER": "3"}, "AppVeyor", MAIN),
        (APPVEYOR, "AppVeyor", None),
        (JENKINS | {"CHANGE_TARGET": "main", "GIT_COMMIT": ""}, "Jenkins", "origin/main...HEAD"),
        (JENKINS | {"GIT_PREVIOUS_SUCCESSFUL_COMMIT": BASE, "GIT_PREVIOUS_COMMIT": HEAD}, "Jenkins", COMMITS),
        (JENKINS, "Jenkins", None),
        (JENKINS | PULL, "GitHub Actions", f"origin/release/1...{HEAD}"),
    ],
)  # fmt: skip
def test_each_provider_tells_its_range(variables: dict[str, str], provider: str, expected: str | None) -> None:
    assert job_range(variables) == JobRange(provider, expected)


def test_circleci_tells_none_but_its_configuration_may() -> None:
    hint = "its configuration knows one: lineage check << pipeline.git.base_revision >>..HEAD"

    assert job_range({"CIRCLECI": "true", "CIRCLE_SHA1": HEAD}) == JobRange("CircleCI", None, hint)


@pytest.mark.parametrize("variables", [{}, {"CI": "true"}, PULL | {"GITHUB_ACTIONS": "false"}])
def test_outside_of_a_job_there_is_none(variables: dict[str, str]) -> None:
    assert job_range(variables) is None


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (EVENT % BASE.encode(), COMMITS),
        (EVENT % ZERO.encode(), None),
        (EVENT % b"--all", None),
        (b'{"merge_group": {"base_sha": "%s"}, "before": 3}' % BASE.encode(), COMMITS),
        (b'{"merge_group": {}}', None),
        (b'{"before": 3}', None),
        (b"[]", None),
        (b"{", None),
        (b"\xff", None),
        (None, None),
    ],
)
def test_the_event_of_a_push_tells_what_was_there_before(event: bytes | None, expected: str | None) -> None:
    assert job_range(PUSH, event) == JobRange("GitHub Actions", expected)
    assert job_range(PUSH | {"GITHUB_ACTIONS": ""}, event) is None
