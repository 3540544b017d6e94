"""``lineage.redaction.commands``: what of a command may stand in a manifest."""

import pytest

from lineage.redaction.commands import Published, published

ROOT, HOME = "/srv/work/fraud", "/home/ada"
TOKEN = "ghp_" + "a" * 36


@pytest.mark.parametrize(
    ("words", "shown", "redacted"),
    [
        (("python", "train.py", "--epochs", "3"), ("python", "train.py", "--epochs", "3"), False),
        (("python", "--api-key", "s3cret"), ("python", "--api-key", "<redacted>"), True),
        (("python", "--api-key=s3cret", "x"), ("python", "--api-key=<redacted>", "x"), True),
        # An option that is followed by another has no value.
        (("python", "--password", "--verbose"), ("python", "--password", "--verbose"), False),
        (("env", "HF_TOKEN=abc", "python"), ("env", "HF_TOKEN=<redacted>", "python"), True),
        (("python", "--tokenizer", "bert"), ("python", "--tokenizer", "bert"), False),
        (("fetch", "https://ada:pw@example.org/x"), ("fetch", "https://example.org/x"), True),
        (("fetch", "https://example.org/x?sig=abc#top"), ("fetch", "https://example.org/x"), True),
        (("echo", TOKEN), ("echo", "<redacted>"), True),
        (("echo", f"a {TOKEN} b"), ("echo", "a <redacted> b"), True),
        (("sh", "-c", "MY_SECRET=x python t.py"), ("sh", "-c", "MY_SECRET=<redacted>"), True),
        (
            ("sh", "-c", "cd x && MY_SECRET=x python t.py"),
            ("sh", "-c", "cd x && MY_SECRET=<redacted> python t.py"),
            True,
        ),
        (("sh", "-c", "t.py --token  x  --n 1"), ("sh", "-c", "t.py --token  <redacted>  --n 1"), True),
        (("sh", "-c", "t.py --token --n 1"), ("sh", "-c", "t.py --token --n 1"), False),
        ((f"{ROOT}/train.py", ROOT), ("train.py", "."), False),
        ((f"{HOME}/data/x.csv", HOME), ("<home>/x.csv", "<home>"), False),
        (("/opt/py/bin/python", "--out=/var/tmp/y", "/"), ("<outside>/python", "--out=<outside>/y", "/"), False),
        (("/..",), ("<outside>",), False),
        (("a/b", "./c", "~/d", "https://example.org/a/b"), ("a/b", "./c", "~/d", "https://example.org/a/b"), False),
    ],
)
def test_secrets_and_places_are_taken_out(words: tuple[str, ...], shown: tuple[str, ...], redacted: bool) -> None:
    assert published(words, root=ROOT, home=HOME) == Published(words=shown, redacted=redacted)


def test_without_a_home_and_at_the_root_of_the_file_system() -> None:
    words = ("/home/ada/x", "/etc/y")
    assert published(words, root="/", home="") == Published(words=("<outside>/x", "<outside>/y"), redacted=False)
