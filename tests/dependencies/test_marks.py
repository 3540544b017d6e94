"""The marks of what cannot be read: equal where the same text stands there, wherever that is; other where it moved."""

from collections.abc import Mapping

import pytest

from lineage.model.declarations import Declarations, Unread, mark_of, mark_of_reason
from lineage.portable.environment import Unknown
from tests.support.declared import declared

LATE = "[project]\nname = 'x'\ndynamic = ['dependencies']\n"
HATCH = "[build-system]\nbuild-backend = 'hatchling.build'\n[tool.hatch.metadata.hooks.custom]\n"
COMPUTED = "import os\ndef deps(n):\n    return [n + os.sep]\nsetup(version='1', install_requires=deps('a'))\n"


def marks(path: str, content: str, files: Mapping[str, str | bytes] | None = None) -> list[str]:
    found = declared(path, content, files)
    return [one.mark for one in (*found.unread(), *found.parts)]


@pytest.mark.parametrize(
    ("path", "first", "same", "other"),
    [
        ("requirements.txt", "a=>1\n", "# why\n\na=>1  # here\n", "a=>2\n"),
        ("requirements.txt", "a==1; nonsense\n", "a==1 ;   nonsense\n", "a==1; other\n"),
        ("requirements.txt", "a==1 --hash=md5:1\n", "a==2 --hash=md5:1\n", "a==1 --hash=md5:2\n"),
        ("requirements.txt", "a @ https://x.org/?a=1\n", "b\na @ https://x.org/?a=1\n", "a @ https://x.org/?a=2\n"),
        ("requirements.txt", "https://x.org/!\n", "b\nhttps://x.org/!\n", "https://y.org/!\n"),
        (
            "requirements.txt",
            "a @ https://u:p/@x@y.org/1\n",
            "a @ https://u:p/@x@y.org/1\n",
            "a @ https://u:p/@x@y.org/2\n",
        ),
        ("setup.py", COMPUTED, COMPUTED.replace("'1'", "'2'") + "print()\n", COMPUTED.replace("os.sep", "os.name")),
        ("setup.py", COMPUTED, COMPUTED.replace("(n):", "( n ) :"), COMPUTED.replace("[n +", "[(n,) +")),
        ("pyproject.toml", LATE + HATCH + "a = 1", LATE + "version = '2'\n" + HATCH + "a = 1", LATE + HATCH + "a = 2"),
        (".python-version", "system\n", "# mine\nsystem\n", "other\n"),
    ],
)
def test_a_mark_is_that_of_the_text(path: str, first: str, same: str, other: str) -> None:
    assert marks(path, first) == marks(path, same) != marks(path, other)
    assert len(marks(path, first)) == 1


def test_what_a_program_reads_is_part_of_the_text() -> None:
    script = "import json\nsetup(install_requires=json.load(open('deps.json')))\n"
    files = {"deps.json": '["a==1"]'}

    found = declared("setup.py", script, files)
    assert found.files == ("deps.json", "setup.py")
    assert marks("setup.py", script, files) == marks("setup.py", script, files)
    assert marks("setup.py", script, files) != marks("setup.py", script, {"deps.json": '["a==2"]'})
    assert marks("setup.py", script) != marks("setup.py", script, files)


def test_what_has_no_text_is_told_by_its_reason_wherever_it_stands() -> None:
    told = Declarations(path="x", form="x", unknown=(Unknown("packages", "x:4 is odd"),))
    moved = Declarations(path="x", form="x", unknown=(Unknown("packages", "x:9 is odd"),))

    assert told.unread() == (Unread("packages", "x:4 is odd", mark_of_reason("x:7 is odd")),)
    assert [one.mark for one in told.unread()] == [one.mark for one in moved.unread()]
    assert mark_of("a b") == mark_of(" a\n b ") != mark_of("a", "b")


def test_a_reason_that_stands_twice_has_the_marks_of_both() -> None:
    one = "dependencies:\n  - {a: 1}\n"
    assert marks("environment.yml", one) != marks("environment.yml", one + "  - {a: 2}\n")
    assert len(marks("environment.yml", one + "  - {a: 2}\n")) == 1
