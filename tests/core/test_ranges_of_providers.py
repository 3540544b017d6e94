"""The range of a pull request or push, from the variables of each provider."""

import pytest

from lineage.core.provider import pull_request_of

HEAD, BASE, ZERO = "1" * 40, "2" * 40, "0" * 40
PULL = {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "release/1", "GITHUB_SHA": HEAD}
PUSH = {"GITHUB_ACTIONS": "true", "GITHUB_SHA": HEAD, "GITHUB_BASE_REF": ""}
EVENT = b'{"before": "%s"}'


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (PULL, f"origin/release/1...{HEAD}"),
        (PULL | {"GITHUB_ACTIONS": "false"}, None),
        (PULL | {"GITHUB_SHA": "--all"}, "origin/release/1...HEAD"),
        (
            {"GITLAB_CI": "true", "CI_MERGE_REQUEST_DIFF_BASE_SHA": BASE, "CI_COMMIT_SHA": HEAD},
            f"{BASE}...{HEAD}",
        ),
        ({"GITLAB_CI": "true", "CI_COMMIT_BEFORE_SHA": BASE, "CI_COMMIT_SHA": HEAD}, f"{BASE}...{HEAD}"),
        ({"GITLAB_CI": "true", "CI_COMMIT_BEFORE_SHA": ZERO, "CI_COMMIT_SHA": HEAD}, None),
        ({"GITLAB_CI": "true", "CI_COMMIT_BEFORE_SHA": "--output=x", "CI_COMMIT_SHA": HEAD}, None),
        (
            {"TF_BUILD": "True", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main", "BUILD_SOURCEVERSION": HEAD},
            f"origin/main...{HEAD}",
        ),
        (
            {"BITBUCKET_BUILD_NUMBER": "7", "BITBUCKET_PR_DESTINATION_COMMIT": BASE[:12], "BITBUCKET_COMMIT": HEAD},
            f"{BASE[:12]}...{HEAD}",
        ),
        ({"JENKINS_URL": "https://ci.example.org", "CHANGE_TARGET": "main"}, "origin/main...HEAD"),
        ({"CIRCLECI": "true", "CIRCLE_SHA1": HEAD}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_each_provider_tells_its_range(variables: dict[str, str], expected: str | None) -> None:
    assert pull_request_of(variables) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (EVENT % BASE.encode(), f"{BASE}...{HEAD}"),
        (EVENT % ZERO.encode(), None),
        (EVENT % b"--all", None),
        (b'{"before": 3}', None),
        (b"[]", None),
        (b"{", None),
        (b"\xff", None),
        (None, None),
    ],
)
def test_the_event_of_a_push_tells_what_was_there_before(event: bytes | None, expected: str | None) -> None:
    assert pull_request_of(PUSH, event) == expected
    assert pull_request_of(PUSH | {"GITHUB_ACTIONS": ""}, event) is None
