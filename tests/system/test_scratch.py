"""A directory for a moment: private, where the user wants it, and gone whatever was left in it."""

import stat
from pathlib import Path

import pytest

from lineage.system.scratch import make_scratch, remove_scratch


def test_it_is_empty_private_and_where_tmpdir_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    made = [make_scratch(), make_scratch()]

    assert sorted(tmp_path.iterdir()) == sorted(made)
    assert [(list(one.iterdir()), stat.S_IMODE(one.stat().st_mode)) for one in made] == [([], 0o700)] * 2


@pytest.mark.parametrize("place", ["", "relative", "/nowhere/at/all"])
def test_where_tmpdir_names_no_place_another_is_taken(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", place)

    made = make_scratch()

    assert (made.is_absolute(), list(made.iterdir())) == (True, [])
    remove_scratch(made)
    assert not made.exists()


def test_whatever_was_left_in_it_goes_and_what_links_lead_to_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "place"))
    flat, deep = make_scratch(), make_scratch()
    for one in (flat, deep):
        (one / "link").symlink_to(tmp_path / "kept")
        (one / "empty").mkdir()
    (deep / "empty" / "file").touch()

    for one in (flat, deep):
        remove_scratch(one)

    assert (list((tmp_path / "place").iterdir()), list((tmp_path / "kept").iterdir())) == (
        [],
        [tmp_path / "kept" / "file"],
    )
