"""The log beside a manifest: appended to only, read strictly, never the place of a secret."""

from datetime import date
from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.manifest.log import append_accept, append_call, read_calls, read_log, stale_accepts
from lineage.model.outside import Called
from lineage.portable.policy import Accept

TOKEN = "ghp_" + "a1B2" * 9
ID, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
ONE = Accept(
    manifest=ID,
    subject="package:numpy",
    recorded="1.26.4",
    observed="2.0.1",
    because='only plots, "really"',
    made=date(2026, 11, 20),
    until=date(2027, 1, 31),
)
GONE = ONE._replace(subject="package:scipy", observed=None, until=None)
TEXT = f"""[[accept]]
manifest = "{ID}"
subject = "package:numpy"
recorded = "1.26.4"
observed = "2.0.1"
because = "only plots, \\"really\\""
made = 2026-11-20
until = 2027-01-31
"""


def refusal(path: Path, accept: Accept) -> str:
    with pytest.raises(InputError) as caught:
        append_accept(path, accept)
    return str(caught.value)


def test_what_is_appended_is_read_and_what_stood_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "m.lineage-log.toml"
    assert append_accept(path, ONE)
    assert path.read_text() == TEXT

    path.write_text("# kept\n" + TEXT.rstrip("\n"))
    before = path.read_bytes()
    assert append_accept(path, GONE)

    assert path.read_bytes().startswith(before + b"\n\n[[accept]]\n")
    assert read_log(path.read_bytes(), "m") == (ONE, GONE)
    assert sorted(tmp_path.iterdir()) == [path]


def test_the_same_accept_stands_once_whatever_the_day(tmp_path: Path) -> None:
    path = tmp_path / "m.lineage-log.toml"
    append_accept(path, ONE)
    assert not append_accept(path, ONE._replace(made=date(2026, 12, 1)))
    assert path.read_text() == TEXT


def test_a_secret_or_a_control_character_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "m.lineage-log.toml"
    message = refusal(path, ONE._replace(because=f"see {TOKEN}"))
    assert message.startswith("--because: looks like ") and message.endswith("\n  give the reason without it")
    expected = "--because: holds a character that cannot be printed: nothing was written"
    assert refusal(path, ONE._replace(because="\x1b[31m")) == expected
    assert not path.exists()


def test_a_file_that_is_no_log_is_not_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "m.lineage-log.toml"
    path.write_text('schema = "1.0"\n')
    hint = "take the file from git as it was committed; lineage accept appends to it"
    assert refusal(path, ONE) == f"{path}: schema: is not a known key\n  {hint}"
    assert path.read_text() == 'schema = "1.0"\n'


def test_what_is_called_due_stands_beside_accepts(tmp_path: Path) -> None:
    path = tmp_path / "m.lineage-log.toml"
    called = Called(ID, "drift: psi 0.31", date(2026, 11, 20))
    append_accept(path, ONE)
    assert append_call(path, called)
    assert not append_call(path, called._replace(made=date(2026, 12, 1)))
    assert append_call(path, called._replace(manifest=OTHER))

    rows = f'[[due]]\nmanifest = "{ID}"\nbecause = "drift: psi 0.31"\nmade = 2026-11-20\n'
    assert path.read_text() == f"{TEXT}\n{rows}\n{rows.replace(ID, OTHER)}"
    content = path.read_bytes()
    assert (read_log(content, "m"), read_calls(content, "m")) == ((ONE,), (called, called._replace(manifest=OTHER)))

    for reader in (read_log, read_calls):
        with pytest.raises(InputError, match=r"due\[0\]\.subject: is not a known key"):
            reader(rows.encode() + b'subject = "x"\n', "m")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (ID, "sha256:1", "accept[0].manifest: must be sha256: and 64 hexadecimal digits, not 'sha256:1'"),
        ("made = 2026-11-20\n", "", "accept[0].made: must be a date, as 2027-01-31"),
        ("2027-01-31", "2027-01-31T00:00:00Z", "accept[0].until: must be a date, as 2027-01-31"),
        ("because", "why", "accept[0].because: is missing"),
    ],
)
def test_what_is_not_of_the_form_is_named(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_log(TEXT.replace(old, new).encode(), "m")
    assert message in str(caught.value)


def test_what_counts_no_more_is_told_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "m.lineage-log.toml"
    assert stale_accepts(path, ID, date(2026, 11, 20)) == []
    for one in (ONE, GONE, ONE._replace(manifest=OTHER)):
        append_accept(path, one)

    other = (ONE._replace(manifest=OTHER), f"was accepted for the manifest {OTHER[:19]}, which this one replaced")
    assert stale_accepts(path, ID, date(2027, 1, 31)) == [other]
    assert stale_accepts(path, ID, date(2027, 2, 1)) == [(ONE, "ended on 2027-01-31"), other]
