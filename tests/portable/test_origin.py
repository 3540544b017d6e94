"""Wheel tags, and where a distribution was installed from: nothing that names a machine or a person gets through."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.portable.identity import Origin, parse_origin, wheel_tag

SHA = "ab" * 32
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["py3-none-any"], "py3-none-any"),
        (["py2-none-any", "py3-none-any"], "py2.py3-none-any"),
        (
            ["cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux2014_x86_64"],
            "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
        ),
        (["cp310-cp310-linux_x86_64", "cp311-cp311-linux_x86_64"], "cp310-cp310-linux_x86_64,cp311-cp311-linux_x86_64"),
        (["a-b-c", "a-b-d", "e-b-c", "e-b-d"], "a.e-b-c.d"),
        ([], None),
        (["py3-none"], None),
        (["py3-none-any", "nonsense"], None),
    ],
)
def test_the_tags_of_a_wheel_are_one_text(tags: list[str], expected: str | None) -> None:
    lines = ["Wheel-Version: 1.0", "Root-Is-Purelib: true", *(f"Tag: {tag}" for tag in tags)]

    assert wheel_tag("\n".join(lines).encode()) == expected
    assert wheel_tag("\r\n".join([*lines, ""]).encode()) == expected


def test_a_wheel_file_is_read_whatever_its_bytes() -> None:
    assert wheel_tag(b"Generator: \xff\ntag :  py3-none-any \nno colon\n") == "py3-none-any"
    assert wheel_tag(b"") is None


VCS = {"vcs": "git", "requested_revision": "main", "commit_id": COMMIT}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            {"url": "https://example.org/acme/a.git", "vcs_info": VCS},
            Origin(f"git+https://example.org/acme/a.git@{COMMIT}"),
        ),
        (
            {"url": "ssh://git@example.org:2222/acme/a.git", "vcs_info": VCS},
            Origin(f"git+ssh://example.org:2222/acme/a.git@{COMMIT}"),
        ),
        ({"url": "file:///home/ada/a", "vcs_info": VCS}, Origin(f"git+local@{COMMIT}")),
        ({"url": "git@example.org:acme/a.git", "vcs_info": VCS}, Origin(f"git+local@{COMMIT}")),
        (
            {"url": "https://example.org/mono", "vcs_info": VCS, "subdirectory": "libs/a"},
            Origin(f"git+https://example.org/mono@{COMMIT}#subdirectory=libs/a"),
        ),
        (
            {"url": "https://example.org/a-1.whl", "archive_info": {"hashes": {"sha256": SHA.upper()}}},
            Origin("https://example.org/a-1.whl", artifact=f"sha256:{SHA}"),
        ),
        (
            {"url": "https://example.org/a-1.whl", "archive_info": {"hash": f"sha256={SHA}"}},
            Origin("https://example.org/a-1.whl", artifact=f"sha256:{SHA}"),
        ),
        (
            {"url": "https://example.org/a-1.whl", "archive_info": {"hash": "md5=00", "hashes": {"md5": "00"}}},
            Origin("https://example.org/a-1.whl"),
        ),
        (
            {"url": "https://example.org/a.tar.gz", "archive_info": {}, "subdirectory": "libs/a"},
            Origin("https://example.org/a.tar.gz#subdirectory=libs/a"),
        ),
        (
            {"url": "file:///home/ada/a-1.whl", "archive_info": {"hashes": {"sha256": SHA}}},
            Origin("local", artifact=f"sha256:{SHA}"),
        ),
        (
            {"url": "file:///home/ada/my%20lib", "dir_info": {}},
            Origin("local", directory="/home/ada/my lib"),
        ),
        (
            {"url": "file:///home/ada/lib", "dir_info": {"editable": True}},
            Origin("editable", directory="/home/ada/lib"),
        ),
        (
            {"url": "file:///home/ada/lib", "dir_info": {"editable": "yes"}},
            Origin("local", directory="/home/ada/lib"),
        ),
        ({"url": "https://example.org/lib", "dir_info": {}}, Origin("local")),
    ],
)
def test_every_kind_of_direct_url(document: dict[str, object], expected: Origin) -> None:
    assert parse_origin(json.dumps(document).encode()) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "no url"),
        (b"{}", "no url"),
        (b'{"url": 1, "dir_info": {}}', "no url"),
        (b'{"url": "https://example.org/a"}', "none of vcs_info, archive_info, dir_info"),
        (b'{"url": "https://example.org/a", "vcs_info": "git"}', "none of vcs_info, archive_info, dir_info"),
        (b'{"url": "https://example.org/a", "vcs_info": {}}', "vcs_info without vcs and commit_id"),
        (
            b'{"url": "https://example.org/a", "vcs_info": {"vcs": "git", "commit_id": 1}}',
            "vcs_info without vcs and commit_id",
        ),
        (b'{"url": "https://[::1/a", "archive_info": {}}', "Invalid IPv6 URL"),
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_what_is_no_direct_url_is_an_error(content: bytes, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_origin(content)

    assert str(caught.value) == message


KINDS: list[dict[str, object]] = [{"vcs_info": VCS}, {"archive_info": {}}, {"dir_info": {}}]
SECRETS = st.text(string.ascii_letters + string.digits + "-._~!$&'()*+,=%@:", min_size=1, max_size=10).map(
    "SECRET{}TERCES".format
)


@given(user=SECRETS, password=SECRETS, query=SECRETS, fragment=SECRETS, parameter=SECRETS, data=st.data())
def test_credentials_never_get_through(
    user: str, password: str, query: str, fragment: str, parameter: str, data: st.DataObject
) -> None:
    scheme = data.draw(st.sampled_from(["https", "http", "ssh", "HTTPS", "git"]))
    url = f"{scheme}://{user}:{password}@example.org:8443/acme/a.git;{parameter}?{query}#{fragment}"
    kind = data.draw(st.sampled_from(KINDS[:2]))

    origin = parse_origin(json.dumps({"url": url, **kind}).encode())

    expected = f"{scheme.lower()}://example.org:8443/acme/a.git"
    assert origin == Origin(f"git+{expected}@{COMMIT}" if "vcs_info" in kind else expected)


@given(path=st.text("abc/ %", max_size=8), data=st.data())
def test_no_path_of_a_machine_gets_through(path: str, data: st.DataObject) -> None:
    scheme = data.draw(
        st.sampled_from(["file:///home/ada/", "FILE:///home/ada/", "/home/ada/", "file://host/home/ada/"])
    )
    kind = data.draw(st.sampled_from(KINDS))

    origin = parse_origin(json.dumps({"url": scheme + path, **kind}).encode())

    assert origin.text in ("local", f"git+local@{COMMIT}")


@pytest.mark.parametrize(
    "url", ["https://ada:hun/ter2@example.org/x.whl", "https://ada/hunter2@example.org/x.whl", "https://ada:hunter2"]
)
def test_an_address_whose_credentials_cannot_be_told_apart_is_not_kept(url: str) -> None:
    origin = parse_origin(json.dumps({"url": url, "archive_info": {}}).encode())
    assert origin == Origin("local")
