"""The judge of secrets: each form in which a secret is given is known, and what resembles one stays readable."""

import shlex

import pytest

from lineage.redaction.commands import published
from lineage.redaction.files import find_in_file, is_secret_file
from lineage.redaction.named import is_named_secret
from lineage.redaction.places import without_places
from lineage.redaction.secrets import REDACTED, redacted, secrets_of, without_secrets
from lineage.redaction.values import concealed, published_values, shown_value
from tests.support.secrets import FORMS, HARMLESS, HEX, SHAPES, VALUE

ROOT, HOME = "/srv/work/fraud", "/home/ada"
TOKEN = SHAPES["github"]


def test_the_tables_are_large_enough() -> None:
    assert min(len(FORMS), len(HARMLESS)) >= 45


@pytest.mark.parametrize("name", FORMS)
def test_a_secret_of_a_command_is_taken_out(name: str) -> None:
    words, hidden = FORMS[name]
    found = published(words, root=ROOT, home=HOME)
    assert found.redacted
    assert hidden not in " ".join(found.words)
    assert published(found.words, root=ROOT, home=HOME).words == found.words


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_none_stays_readable(text: str) -> None:
    for words in (tuple(text.split(" ")), ("sh", "-c", text)):
        found = published(words, root=ROOT, home=HOME)
        assert (found.words, found.redacted) == (words, False)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("", "x", False),
        ("1.2", "x", False),
        ("a.password.value", "1234", True),
        ("password", "", False),
        ("PWD", "/srv/work", False),
        ("pwd", "hunter2", True),
        ("X-Amz-Signature", "0a" * 32, True),
        ("connection_string", "a;b", True),
        ("connection_string", "sqlite:///x.db", False),
        ("sentry_dsn", "https://0a1b@example.org/1", True),
        ("token", "123456", True),
        ("token", "12345", False),
        ("accesskey", "x", True),
        ("private_key", "~/.ssh/id_rsa", False),
        ("auth", "certs/x.pem", False),
        ("cookies", "cookies.txt", False),
        ("cookie", "a=b", True),
        ("pass", "hunter2", True),
        ("key", "hunter2", True),
        ("key", "label", False),
        ("cache_key", "a1b2C3d4e5F6g7", True),
        ("session_id", "a1b2C3d4e5F6g7", False),
        ("session", "aaaaaaaaaaaaaaaa1", False),
        ("partition_key", "year=2020/month=01", False),
        ("tokens", "a1B2c3D4e5F6g7H8i9J0", True),
    ],
)
def test_name_and_value_decide(name: str, value: str, expected: bool) -> None:
    assert is_named_secret(name, value) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"PYTHONPATH={ROOT}/a:{HOME}/b", "PYTHONPATH=a:<home>/b"),
        (f"-I{HOME}/include", "-I<home>/include"),
        (f"sh -o{ROOT}/x", "sh -ox"),
        (f"file://{HOME}/mlruns", "file://<home>/mlruns"),
        (f"sqlite:///{HOME}/x.db", "sqlite:///<home>/x.db"),
        (f"//{HOME}/x", "<home>/x"),
        ("C:\\Users\\ada\\x.csv", "<outside>/x.csv"),
        ("\\\\server\\share\\x", "<outside>/x"),
        ("</s> https://example.org/a/b s3://a/b", "</s> https://example.org/a/b s3://a/b"),
        (f"<{HOME}/x", "<<home>/x"),
        (f"{ROOT}/../x", "<outside>/x"),
        (f"{ROOT}2/x", "<outside>/x"),
    ],
)
def test_paths_of_this_machine(text: str, expected: str) -> None:
    assert without_places(text, ROOT, HOME) == expected


def test_directories_with_spaces_are_known() -> None:
    assert without_places("/home/ada l/my p/x --o /home/ada l/y", "/home/ada l/my p", "/home/ada l") == "x --o <home>/y"


VALUES: list[tuple[object, object, str]] = [
    (f"{ROOT}/data", "data", ""),
    (ROOT, ".", ""),
    ("/predict", "/predict", ""),
    ("</s>", "</s>", ""),
    ("yes/no", "yes/no", ""),
    ("https://example.org/x?version=2", "https://example.org/x?version=2", ""),
    (3, 3, ""),
    (True, True, ""),
    ([1, "x"], [1, "x"], ""),
    ({"b": 1}, {"b": 1}, ""),
    ("/home/ada/x", None, "a: names a path of this machine outside of the repository"),
    ("trained on /tmp/x", None, "a: names a path of this machine outside of the repository"),
    ("D:\\data\\x", None, "a: names a path of this machine outside of the repository"),
    (f"{ROOT}/a and /oddly/b", None, "a: names a path of this machine outside of the repository"),
    (["x", "/nfs/b"], None, "a[1]: names a path of this machine outside of the repository"),
    ({"token": VALUE}, {}, "a.token: looks like a secret"),
    ({"secrets": {"db": "hunter2"}}, {"secrets": {}}, "a.secrets.db: looks like a secret"),
    ({"password": 1234}, {}, "a.password: looks like a secret"),
    ({"password": False}, {"password": False}, ""),
    (f"Bearer {VALUE}", None, "a: looks like a secret"),
    (REDACTED, None, "a: looks like a secret"),
    ({"/home/ada/x": 1}, {}, "a key in a: names a path of this machine outside of the repository"),
    ({f"{ROOT}/x": 1}, {"x": 1}, ""),
    ({f"--pwd {VALUE}": 1, "n": 1}, {"n": 1}, "a key in a: looks like a secret"),
    ({TOKEN: {"n": 1}}, {}, "a key in a: looks like a secret"),
]


@pytest.mark.parametrize(("value", "expected", "lost"), VALUES)
def test_what_of_a_value_is_published(value: object, expected: object, lost: str) -> None:
    kept = {} if expected is None else {"a": expected}
    assert published_values({"a": value}, ROOT) == (kept, (lost,) if lost else ())


def test_a_key_of_the_table_itself() -> None:
    place = "a key in the table: names a path of this machine outside of the repository"
    assert published_values({"/home/ada/x": 1}, ROOT) == ({}, (place,))


def test_what_is_concealed_is_left_out_later() -> None:
    found = concealed({"a": {"token": VALUE, "n": 1, f"pwd={VALUE}": 2}, "l": ["x", TOKEN], "p": "/home/ada", TOKEN: 1})
    assert found == {
        "a": {"token": REDACTED, "n": 1, f"pwd={REDACTED}": REDACTED},
        "l": ("x", REDACTED),
        "p": "/home/ada",
        REDACTED: 1,
    }
    lost = ("a.token: looks like a secret", "a key in a: looks like a secret")
    assert published_values({"a": found["a"]}, ROOT) == ({"a": {"n": 1}}, lost)


def test_a_value_that_is_told() -> None:
    assert (shown_value("a.token", VALUE), shown_value("lr", 0.1)) == (REDACTED, "0.1")
    assert shown_value("l", [TOKEN]) == "['<redacted>']"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *((path, True) for path in ("a/.env", ".env.local", ".envrc", ".netrc", "_netrc", ".aws/credentials", "a.pem")),
        *(
            (path, True)
            for path in ("b.key", "id_rsa", "id_ed25519", "id_rsa.bak", "kaggle.json", ".pypirc", "x/.pgpass")
        ),
        *((path, True) for path in (".git-credentials", "id_lab", "a.p12")),
        *(
            (path, False)
            for path in (".env.example", ".env.sample", "a/.env.prod.template", "id_rsa.pub", "id_map.json")
        ),
        *((path, False) for path in (".npmrc", "env.py", "environment.yml", "keys.py", "credentials.py", ".env/bin/x")),
    ],
)
def test_files_that_hold_secrets_by_custom(path: str, expected: bool) -> None:
    assert is_secret_file(path) is expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_a_file_in_any_encoding_is_searched(encoding: str) -> None:
    text = f"x = 1\ntoken = '{TOKEN}'\n"
    content = ("\ufeff" if encoding == "utf-16-be" else "").encode(encoding) + text.encode(encoding)
    assert find_in_file([content[:9], content[9:]]) == (2, "a GitHub token")


@pytest.mark.parametrize("first", [b"\n" * 100_000, b"\0\n" * 50_000])
def test_a_large_file_is_searched_across_its_parts(first: bytes) -> None:
    line = first.count(b"\n") + 2
    assert find_in_file([first, b"x\nghp", f"_{TOKEN[4:]}\n".encode(), b"x"]) == (line, "a GitHub token")
    assert find_in_file([first, b"x\n"]) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('api_key = "a1B2c3D4e5F6"', True),
        ("db:\n  password: a1B2c3D4e5F6g7H8\n", True),
        ('{"client_secret": "a1B2c3D4e5F6"}', True),
        ('api_key = "your-key-here"', False),
        ("token = tokens[index]", False),
        ('token = "hello world 12"', False),
        ('"a1B2c3D4e5F6"', False),
        ('x = "a1B2c3D4e5F6"', False),
        ('= "a1B2c3D4e5F6"', False),
        (f'cache_key = "{HEX}"', False),
        (f'wandb.login(key="{HEX}")', True),
        (f"wandb @ git+https://example.org/wandb/wandb@{HEX}", False),
        ("machine example.org login ada password hunter2", True),
    ],
)
def test_what_of_a_file_is_a_secret(text: str, found: bool) -> None:
    assert (find_in_file([text.encode()]) is not None) is found
    assert bool(secrets_of(text)) is found


def test_quotes_stay_around_what_is_taken_out() -> None:
    assert redacted('{"token": "hunter2", "n": 1}') == '{"token": "<redacted>", "n": 1}'
    assert redacted(f"password={'a1' * 3000},x=1") == "password=<redacted>,x=1"
    assert without_secrets("https://a:b/c@example.org/x?y") == "https://<redacted>@example.org/x"


@pytest.mark.parametrize("name", FORMS)
def test_a_secret_in_a_text_is_found(name: str) -> None:
    words, hidden = FORMS[name]
    for text in (shlex.join(words), shlex.join(["sh", "-c", shlex.join(words)])):
        assert published_values({"note": text}, ROOT) == ({}, ("note: looks like a secret",))
        assert hidden not in without_secrets(text)
