from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.redaction.addresses import normalise_remote


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/acme/fraud.git", "https://example.org/acme/fraud"),
        ("https://example.org/acme/fraud/", "https://example.org/acme/fraud"),
        ("https://example.org/acme/fraud.git/", "https://example.org/acme/fraud"),
        ("https://example.org/acme/fraud/.git", "https://example.org/acme/fraud"),
        ("  https://example.org/x\n", "https://example.org/x"),
        ("HTTPS://Example.ORG:8443/Acme/Fraud.git", "https://example.org:8443/Acme/Fraud"),
        ("http://example.org/my%20model", "http://example.org/my%20model"),
        ("https://example.org:/x", "https://example.org/x"),
        ("https://example.org", "https://example.org"),
        ("https://example.org/", "https://example.org"),
        ("git://example.org/x.git", "git://example.org/x"),
        ("ssh://git@example.org:2222/acme/x.git", "ssh://example.org:2222/acme/x"),
        ("git+ssh://git@example.org/acme/x", "ssh://example.org/acme/x"),
        ("ssh+git://git@example.org/acme/x", "ssh://example.org/acme/x"),
        ("ssh://git@[2001:DB8::1]:22/x", "ssh://[2001:db8::1]:22/x"),
        ("git@host:acme/fraud.git", "ssh://host/acme/fraud"),
        ("git@Host.Example.org:acme/fraud.git", "ssh://host.example.org/acme/fraud"),
        ("host:acme/fraud", "ssh://host/acme/fraud"),
        ("git@host:/srv/fraud.git/", "ssh://host/srv/fraud"),
        ("git@host:22/fraud", "ssh://host/22/fraud"),
        ("git@[::1]:acme/fraud", "ssh://[::1]/acme/fraud"),
        ("s3://bucket/models/key", "s3://bucket"),
        ("git+https://example.org:8443/acme/x", "git+https://example.org"),
    ],
)
def test_the_address_of_a_remote_is_kept(url: str, expected: str) -> None:
    assert normalise_remote(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        ".",
        "/home/alice/fraud",
        "../fraud.git",
        "./a:b",
        "~/fraud",
        "fraud.git",
        "C:\\models\\fraud",
        "C:/models/fraud",
        "c:fraud",
        "\\\\server\\share\\fraud",
        "file:///home/alice/fraud",
        "FILE://server/share",
        "git+file://server/share",
        "file:/home/alice/fraud",
        "ext::sh -c whoami",
        "codecommit::us-east-1://fraud",
        "https://",
        "https:///acme/x",
        "https://-oProxyCommand=x/y",
        "https://example.org:70a/x",
        "https://example.org/a\nb",
        "https://example.org/" + "a" * 4096,
    ],
)
def test_what_is_no_address_elsewhere_is_not_recorded(url: str) -> None:
    assert normalise_remote(url) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:S3CRET@host/x", "https://host/x"),
        ("https://user:S3CR@ET@host/x", "https://host/x"),
        ("https://S3CRET@host", "https://host"),
        ("https://S3CRET:@host/x", "https://host/x"),
        ("https://:S3CRET@host/x", "https://host/x"),
        ("https://x-access-token:S3CRET@host:8443/x.git", "https://host:8443/x"),
        ("ssh://git:S3CRET@host:22/x?token=S3CRET#S3CRET", "ssh://host:22/x"),
        ("https://host/path?access_token=S3CRET", "https://host/path"),
        ("https://host/path;x?access_token=S3CRET", "https://host/path"),
        ("https://host/path;token=S3CRET", "https://host/path"),
        ("https://host/path&token=S3CRET", "https://host/path"),
        ("https://host/path%3Ftoken=S3CRET", "https://host/path"),
        ("https://host/path.git?private_token=S3CRET", "https://host/path"),
        ("https://host?token=S3CRET", "https://host"),
        ("https://host#S3CRET", "https://host"),
        ("s3://S3CRET:S3CRET@bucket/S3CRET?S3CRET", "s3://bucket"),
        ("S3CRET@host:acme/x", "ssh://host/acme/x"),
        ("git@host:acme/x?token=S3CRET", "ssh://host/acme/x"),
        ("user:S3CRET@host:acme/x", None),
        ("user:S3CRET@host/x", None),
        ("https://user:S3/CRET@host/x", None),
        ("https://user:1/S3CRET@host/x", None),
        ("https://user:S3?CRET@host/x", None),
        ("https://user:S3#CRET@host/x", None),
        ("https://user:S3\\CRET@host/x", None),
        ("https://user%3AS3CRET%40host/x", None),
        ("https://user:1/S3CRET%40host/x", None),
        ("https:/user:S3CRET@host/x", None),
        ("https:user:S3CRET@host/x", None),
        ("https:S3CRET", None),
        ("https:\\\\user:S3CRET@host\\x", None),
        ("S3CRET@https://host/x", None),
        ("user:S3CRET@https://host/x", None),
        ("https://user:S3CRET @host/x\t", "https://host/x"),
        ("https://user:S3\tCRET@host/x", None),
    ],
)
def test_no_credential_passes_in_any_spelling(url: str, expected: str | None) -> None:
    assert normalise_remote(url) == expected
    assert "s3cret" not in (expected or "").lower()


@given(st.text())
def test_any_text_gives_an_answer_that_stays_as_it_is(url: str) -> None:
    address = normalise_remote(url)
    assert address is None or normalise_remote(address) == address


@given(
    st.sampled_from(["https://", "ssh://", "git+ssh://", "s3://", "odd://", "", "https:", "//"]),
    st.text(alphabet=st.sampled_from(":/?#@;%\\ \tab1[]"), max_size=8),
    st.text(max_size=8),
    st.sampled_from(["host/x", "host:acme/x", "host:22/x?q=1", "[::1]/x"]),
)
def test_nothing_before_the_last_at_sign_passes(scheme: str, odd: str, any_text: str, address: str) -> None:
    for before in (f"{odd}S3CRET{any_text}", f"{any_text}S3CRET{odd}", f"u:{odd}S3CRET{any_text}"):
        assert "s3cret" not in (normalise_remote(f"{scheme}{before}@{address}") or "").lower()


@given(
    st.text(alphabet=st.sampled_from("gitlab.COM-:@/"), max_size=20).map(lambda end: f"git@host:acme/{end}"),
)
def test_the_answer_never_holds_an_at_sign_or_a_query(url: str) -> None:
    assert not set("@?#") & set(normalise_remote(url) or "")


@pytest.mark.parametrize("make", [lambda n: "x" * n, lambda n: "https://h/" + ".git/" * n, lambda n: "a:@" * n])
def test_a_text_of_megabytes_is_refused_at_once(make: Callable[[int], str]) -> None:
    assert normalise_remote(make(1_000_000)) is None
