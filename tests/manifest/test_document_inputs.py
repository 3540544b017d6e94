"""``[inputs]`` is read strictly: what a model was made from is compared, so it must be a digest or an id."""

import pytest

from lineage.errors import InputError
from lineage.manifest.document import from_document
from tests.support.documents import changed

MANIFEST_ID = "the id of a manifest, sha256: and 64 hexadecimal digits"
DIGEST = "sha256: or md5: and its hexadecimal digits, as of DVC"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("data/a.csv", "sha256:" + "0" * 64),
        ("data/a.csv", "md5:" + "0" * 32),
        ("data", "md5:" + "0" * 32 + ".dir"),
        ("data", "md5-dos2unix:" + "0" * 32 + ".dir"),
        ("models/base.pkl.lineage.toml", "sha256:" + "0" * 64),
    ],
)
def test_a_digest_or_an_id(path: str, value: str) -> None:
    assert from_document(changed(("inputs", path), value), "m.toml").manifest.inputs[path] == value


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("a", "md5:0", f"inputs.a: must be {DIGEST}, not 'md5:0'"),
        ("a", "0" * 32, f"inputs.a: must be {DIGEST}, not {'0' * 32!r}"),
        ("a", "SHA256:" + "0" * 64, f"inputs.a: must be {DIGEST}, not {'SHA256:' + '0' * 64!r}"),
        ("a", 7, "inputs.a: must be a text that is not empty, not a number"),
        (
            "b.lineage.toml",
            "md5:" + "0" * 32,
            f'inputs."b.lineage.toml": must be {MANIFEST_ID}, not {"md5:" + "0" * 32!r}',
        ),
    ],
)
def test_anything_else_is_refused(path: str, value: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        from_document(changed(("inputs", path), value), "m.toml")
    assert caught.value.message == message


@pytest.mark.parametrize("path", ["/etc/passwd", "../a", "a/../b", "./a", "a//b", "a\\b", ""])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(InputError) as caught:
        from_document(changed(("inputs", path), "md5:" + "0" * 32), "m.toml")
    assert caught.value.message.endswith(": must be a relative path that stays inside the repository")
