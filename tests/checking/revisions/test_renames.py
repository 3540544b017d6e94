"""``lineage.checking.revisions.renames``: which file of one side became which of the other."""

from lineage.checking.revisions.renames import with_old_paths
from lineage.model.declarations import Declarations
from tests.support.declared import declared


def side(**files: str) -> dict[str, Declarations]:
    return {path: declared(path, text, {"base.txt": "x==1\n"}) for path, text in files.items()}


def renamed(base: dict[str, str], head: dict[str, str]) -> dict[str, list[str]]:
    """The names of the packages of each file of ``base`` by the path that it is compared under."""
    found = with_old_paths(side(**base), side(**head))
    return {path: [row.name for row in one.dependencies] for path, one in found.items()}


def test_half_of_the_packages_make_it_the_same_file() -> None:
    assert renamed({"a/requirements.txt": "a==1\nb==1\n"}, {"b/requirements.txt": "a==1\nb==2\n"}) == {
        "b/requirements.txt": ["a", "b"]
    }
    assert renamed({"a/requirements.txt": "a==1\nb==1\nc==1\n"}, {"b/requirements.txt": "a==1\nb==2\nc==2\n"}) == {
        "a/requirements.txt": ["a", "b", "c"]
    }


def test_what_shares_most_goes_first_and_each_file_once() -> None:
    base = {"a/requirements.txt": "a==1\nb==1\n", "b/requirements.txt": "a==1\nc==1\n"}
    head = {"c/requirements.txt": "a==1\nc==1\n", "d/requirements.txt": "a==1\nb==2\n"}

    assert renamed(base, head) == {"c/requirements.txt": ["a", "c"], "d/requirements.txt": ["a", "b"]}


def test_another_form_is_another_file_and_one_that_stands_is_never_taken() -> None:
    assert renamed({"requirements.txt": "a==1\n"}, {"setup.cfg": "[options]\ninstall_requires = a==1\n"}) == {
        "requirements.txt": ["a"]
    }
    assert renamed({"requirements.txt": "a==1\n"}, {"requirements.txt": "", "b/requirements.txt": "a==1\n"}) == {
        "requirements.txt": ["a"]
    }


def test_the_python_counts_only_where_nothing_else_is_asked_for() -> None:
    script = "setup(python_requires='>=3.8', install_requires=[{}])"

    assert list(renamed({"setup.py": script.format("'a'")}, {"b/setup.py": script.format("'b'")})) == ["setup.py"]
    assert list(renamed({".python-version": "3.11\n"}, {"b/.python-version": "3.11\n"})) == ["b/.python-version"]
    assert list(renamed({".python-version": "3.11\n"}, {"b/.python-version": "3.12\n"})) == [".python-version"]


def test_a_file_for_another_group_must_have_kept_more() -> None:
    kept = "".join(f"{name}==1\n" for name in "abcd")

    assert list(renamed({"requirements.txt": "a==1\nb==1\n"}, {"requirements-dev.txt": "a==1\nb==2\n"})) == [
        "requirements.txt"
    ]
    assert list(renamed({"requirements.txt": f"{kept}e==1\n"}, {"requirements-dev.txt": f"{kept}e==2\n"})) == [
        "requirements-dev.txt"
    ]


def test_what_an_included_file_holds_does_not_count() -> None:
    base = {"requirements_for_test.txt": "-r requirements.txt\npytest==7\n"}
    head = {"requirements-dev.txt": "-r requirements.txt\npytest==7\n"}
    sides = [
        {path: declared(path, text, {"requirements.txt": included}) for path, text in one.items()}
        for one, included in ((base, "a==1\nb==1\n"), (head, "a==2\nb==2\n"))
    ]

    assert list(with_old_paths(*sides)) == ["requirements-dev.txt"]
