"""``lineage.checking.revisions.renames``: which file stands for a recorded one that is gone."""

import pytest

from lineage.checking.revisions.renames import standing

A, B, C = "a" * 40, "b" * 40, "c" * 40


@pytest.mark.parametrize(
    ("files", "recorded", "found"),
    [
        pytest.param({"s/requirements.txt": B}, (), ("s/requirements.txt",), id="still there"),
        pytest.param({"t/prod-requirements.txt": A}, (), ("t/prod-requirements.txt",), id="its content elsewhere"),
        pytest.param(
            {"a/b/c/requirements.txt": A, "s/deep/requirements.txt": A, "z/requirements.txt": A},
            (),
            ("s/deep/requirements.txt",),
            id="the nearest of several",
        ),
        pytest.param({"s/copy.md": A, "s/Pipfile": A}, ("s/Pipfile",), (), id="its content in another form"),
        pytest.param({"t/requirements.txt": A}, ("t/requirements.txt",), (), id="its content in a recorded file"),
        pytest.param({"s/requirements.in": B}, (), ("s/requirements.in",), id="the one new file of its form"),
        pytest.param({"s/requirements.in": B}, ("s/requirements.in",), (), id="an old file of its form"),
        pytest.param({"s/requirements.in": B, "s/requirements-a.txt": C}, (), (), id="two new files of its form"),
        pytest.param({"t/requirements.in": B}, (), (), id="a file of another directory"),
        pytest.param(
            {"s/uv.lock": B, "s/pyproject.toml": C, "s/train.py": C},
            (),
            ("s/pyproject.toml", "s/uv.lock"),
            id="another form",
        ),
        pytest.param({"t/requirements.txt": A, "old.txt": A}, (), ("t/requirements.txt",), id="not another form"),
        pytest.param({"old/requirements.txt": A}, (), (), id="a copy that was already there"),
        pytest.param({"s/old-requirements.txt": B}, (), (), id="a file of its form that was already there"),
        pytest.param({}, (), (), id="nothing"),
    ],
)
def test_what_stands_for_a_file(files: dict[str, str], recorded: tuple[str, ...], found: tuple[str, ...]) -> None:
    stood = {"old/requirements.txt", "s/old-requirements.txt"}.__contains__
    assert standing("s/requirements.txt", A, files, ("s/requirements.txt", *recorded), stood) == found
