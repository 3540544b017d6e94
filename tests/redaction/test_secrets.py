"""What looks like a secret is found, whatever stands around it; what merely resembles one is not."""

from pathlib import Path

import pytest

from lineage.redaction.secrets import find_secret, secret_key, without_secrets
from tests.support.patience import little_work
from tests.support.projects import MANIFEST, MODEL, Ended, python_of, run_lineage, snapshot

# Put together here, so that no scanner of this repository takes them for real ones.
SECRETS = {
    "an AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "a GitHub token": "ghp_" + "a1B2" * 9,
    "a GitLab token": "glpat-" + "a1B2c" * 4,
    "a Hugging Face token": "hf_" + "aB3" * 11,
    "a Slack token": "xoxb-" + "1234567890-abcdef",
    "an API key": "sk-" + "proj-" + "a1B2" * 6,
    "a Google API key": "AIza" + "a1B2c" * 7,
    "a package index token": "pypi-" + "AgEIcHlwaS5vcmc" * 4,
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "a JSON web token": "eyJ" + "a" * 12 + ".eyJ" + "b" * 12 + "." + "c" * 12,
    "credentials in an address": "https://ada:" + "hunter2@example.org/x",
}

HARMLESS = (
    "sha256:" + "0123456789abcdef" * 4,
    "https://example.org/acme/fraud@" + "0" * 40,
    "git+ssh://git@example.org/acme/fraud@" + "a" * 40,
    "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "scikit-learn, task-1, risk-free-rate-of-return-by-quarter",
    "asking for 10:30@noon",
    "AKIA is a prefix",
    "the hf_hub and ghp_ prefixes",
)


@pytest.mark.parametrize("what", SECRETS)
def test_a_secret_is_found_in_its_line(what: str) -> None:
    assert find_secret(f'a = "b"\nkey = "x {SECRETS[what]}"\n') == (2, what)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_resembles_one_is_not(text: str) -> None:
    assert find_secret(text) is None


KEYED: list[tuple[object, tuple[str, str] | None]] = [
    ({"a": {"b": SECRETS["an API key"]}, "c": SECRETS["an AWS access key"]}, ("a.b", "an API key")),
    ({"a": {"b": 1}, "c": ["x", SECRETS["an AWS access key"]]}, ("c[1]", "an AWS access key")),
    ({"a": ({"b": SECRETS["an API key"]},)}, ("a[0].b", "an API key")),
    ({"a": [{SECRETS["an API key"]: 1}]}, ("a key in a[0]", "an API key")),
    ({SECRETS["an API key"]: SECRETS["an AWS access key"]}, ("a key in the document", "an API key")),
    ({"a": {"b": "x"}, "c": ["y", 1, None, 2.5, True]}, None),
    ({}, None),
]


@pytest.mark.parametrize(
    ("document", "expected"), KEYED, ids=["table", "array", "both", "key", "first key", "no", "empty"]
)
def test_a_secret_is_named_by_its_key(document: object, expected: tuple[str, str] | None) -> None:
    assert secret_key(document) == expected


@pytest.mark.parametrize("text", ["eyJ" + "a" * 300_000, "://" * 300_000, "sk-" * 300_000, "https://" + "a:" * 200_000])
def test_hostile_text_needs_linear_time(text: str) -> None:
    with little_work():
        find_secret(text)


def test_a_manifest_with_a_secret_is_not_written(project: Path, environment: Path) -> None:
    (project / "params.json").write_text('{"api": {"token": "' + SECRETS["a GitHub token"] + '"}}')
    before = snapshot(project)
    ended = run_lineage(
        "capture", MODEL, "-q", "--from", python_of(environment), "--params", "params.json", cwd=project
    )
    message = (
        f"lineage: error: {MANIFEST}: params.api.token looks like a GitHub token: nothing was written\n"
        "  take it out of the labels, metrics or parameters\n"
    )
    assert ended == Ended(code=2, stdout="", stderr=message)
    assert snapshot(project) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no secret, not even in https://example.org/a:b", "no secret, not even in https://example.org/a:b"),
        ("'https://ada:pa:ss@example.org/a?k=v#f' failed", "'https://<redacted>@example.org/a' failed"),
        ("https://token@example.org", "https://<redacted>@example.org"),
        ("a\nAKIA" + "A" * 16 + "\nb", "a\n<redacted>\nb"),
    ],
)
def test_a_text_without_secrets(text: str, expected: str) -> None:
    assert without_secrets(text) == expected
