"""A manifest is read strictly: whatever is missing, mistyped or not known is named by its key."""

from typing import Any

import pytest

from lineage.errors import InputError
from lineage.manifest.document import from_document, to_document
from tests.support.documents import FULL, KeyPath, changed, full_document, key_paths, within, without, written

PATHS = list(key_paths(full_document()))
OWN_VALUES = ("labels", "run", "params", "metrics")
"""Tables of the user's own values: whatever TOML can carry."""

READ_STRICTLY = [path for path in PATHS if path[0] not in OWN_VALUES or len(path) == 1]
ROWS = {"path", "size", "sha256", "md5", "version", "use", "code", "subject", "detail"}


def is_required(path: KeyPath) -> bool:
    if len(path) == 1:
        return path[0] in ("schema", "id", "name", "created", "evidence", "weights")
    return path == ("code", "base") or (path[0] in ("problems", "weights", "environment") and path[-1] in ROWS)


def refusal(document: dict[str, Any]) -> list[str]:
    """Every failure, each with its key."""
    with pytest.raises(InputError) as caught:
        from_document(document, "m.toml")
    assert caught.value.where == "m.toml"
    return [line.strip() for line in caught.value.message.splitlines() if line.strip()]


REQUIRED = [path for path in READ_STRICTLY if is_required(path)]


@pytest.mark.parametrize("path", REQUIRED, ids=written)
def test_a_required_key_that_is_missing(path: KeyPath) -> None:
    messages: dict[KeyPath, str] = {
        ("schema",): 'schema: is missing or not a text like "1.0": this is no manifest',
        ("weights",): "weights: is missing: a manifest records at least one weights file",
    }

    assert refusal(without(path)) == [messages.get(path, f"{written(path)}: is missing")]


@pytest.mark.parametrize("path", [path for path in READ_STRICTLY if not is_required(path)], ids=written)
def test_any_other_key_may_be_missing(path: KeyPath) -> None:
    if path == ("code",):
        assert refusal(without(path)) == ["code.base: is missing"]
    else:
        assert from_document(without(path), "m.toml").notes == ()


WRONG: tuple[object, ...] = (
    *(True, 7, -1, 1.5, "", "\x1b[31m", "sha256:xyz"),
    *([], [1], [{}], {}, {"a": 1}, FULL.created, FULL.created.date()),
)
"""A value of every type of TOML."""


def fits(path: KeyPath, value: object) -> bool:
    """Whether a value of another type is one that the format takes there too."""
    there: Any = within(full_document(), path)
    if isinstance(there, dict):
        free = path[0] in OWN_VALUES
        empty = value == {} and path not in (("code",), ("weights", 0), ("weights", 1))
        return isinstance(value, dict) and (free or (empty and "packages" not in path[:-1] and path[0] != "problems"))
    if path in (("problems",), ("environment", "packages", "numpy", "modules")):
        return value == []
    if path[-1] == "size":
        return type(value) is int and value >= 0
    if path == ("created",):
        return value == FULL.created
    takes_any_text = path[-1] in ("subject", "detail", "cuda", "driver", "PYTHONHASHSEED") or (
        path[0] in ("problems", "weights") and path[-1] in ("code", "path")
    )
    if isinstance(value, str) and value:
        printable = path[-1] in ("name", "tool", "remote", "python", "implementation", "abi", "os", "machine", "libc")
        printable = printable or path[-1] in ("version", "tag", "origin", "installer")
        return takes_any_text or (printable and value.isprintable())
    return False


@pytest.mark.parametrize("path", READ_STRICTLY, ids=written)
def test_a_value_of_the_wrong_type_or_form(path: KeyPath) -> None:
    tried = 0
    for value in WRONG:
        if fits(path, value):
            assert from_document(changed(path, value), "m.toml").notes == ()
            continue
        tried += 1
        failures = refusal(changed(path, value))
        name = written(path[:-1] if isinstance(path[-1], int) and not isinstance(value, dict) else path)
        beginnings = (f"{name}: ", f"{name}.", f"{name}[")
        assert [one for one in failures if not one.startswith(beginnings)] == [], (value, failures)
    assert tried > 0


TABLES = [path for path in PATHS if isinstance(within(full_document(), path), dict) and path[0] not in OWN_VALUES]
OPEN = [
    ("code", "files"),
    ("environment", "accelerator"),
    ("environment", "variables"),
    ("environment", "declared"),
    ("environment", "packages"),
    ("inputs",),
]
"""Tables whose keys are names: what stands there is judged by its value."""


@pytest.mark.parametrize(
    "path", [(), *(path for path in TABLES if path not in OPEN)], ids=lambda one: written(one) or "top"
)
def test_a_key_that_is_not_known(path: KeyPath) -> None:
    assert refusal(changed((*path, "unknown key"), "x")) == [f"{written((*path, 'unknown key'))}: is not a known key"]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("id",), "sha256:" + "A" * 64, f"id: must be sha256: and 64 hexadecimal digits, not {'sha256:' + 'A' * 64!r}"),
        (("id",), "x", "id: must be sha256: and 64 hexadecimal digits, not 'x'"),
        (("name",), "a\nb", "name: must be printable, not 'a\\nb'"),
        (("name",), "a\u202eb", "name: 'a\\u202eb': it holds what cannot be seen"),
        (("name",), "fr\u0430ud", "name: 'fr\\u0430ud': it mixes letters of alphabets that look alike"),
        (("labels", "a\x1b"), "x", "labels: 'a\\x1b': it holds what cannot be seen"),
        (("evidence",), "seen", "evidence: must be one of observed, asserted, imported, not 'seen'"),
        (("created",), FULL.created.replace(tzinfo=None), "created: must be a time with its offset (…Z)"),
        (("code", "base"), "abc", "code.base: must be 40 or 64 hexadecimal digits, not 'abc'"),
        (
            ("code", "files", "/etc/passwd"),
            "0" * 40,
            'code.files."/etc/passwd": must be a relative path that stays inside the repository',
        ),
        (
            ("environment", "declared", "../a"),
            "0" * 40,
            'environment.declared."../a": must be a relative path that stays inside the repository',
        ),
        (("weights", 0, "size"), -1, "weights[0].size: must be a number >= 0, not a number"),
        (
            ("weights", 0, "md5"),
            "0" * 31,
            f"weights[0].md5: must be 32 hexadecimal digits, .dir behind a directory's, not {'0' * 31!r}",
        ),
        (("weights", 1, "path"), "models/fraud.pkl", "weights[1].path: 'models/fraud.pkl' stands twice"),
        (("weights",), [], "weights: is missing: a manifest records at least one weights file"),
        (
            ("environment", "packages", "numpy", "use"),
            "vital",
            "environment.packages.numpy.use: must be one of weights, served, imported, required, loaded, present, "
            "unknown, not 'vital'",
        ),
        (
            ("environment", "packages", "Ruamel.Yaml"),
            {"version": "1", "use": "present"},
            'environment.packages."Ruamel.Yaml": must be written in its canonical form, ruamel-yaml',
        ),
        (
            ("weights", 0, "path"),
            "hooks/pre-commit",
            "weights[0].path: 'hooks/pre-commit' is a hook: that is never weights",
        ),
        (
            ("environment", "packages", "n\u0443mpy"),
            {"version": "1", "use": "present"},
            'environment.packages."n\\u0443mpy": is no name of a package',
        ),
        (
            ("environment", "packages", "numpy", "modules"),
            ["num\u200bpy"],
            "environment.packages.numpy.modules: 'num\\u200bpy': it holds what cannot be seen",
        ),
        (
            ("environment", "packages", "numpy", "modules"),
            ["a", 1],
            "environment.packages.numpy.modules: must be a list of texts, not a list",
        ),
    ],
)
def test_the_full_message(path: KeyPath, value: object, message: str) -> None:
    assert refusal(changed(path, value)) == [message]


@pytest.mark.parametrize("path", ["/a", "a//b", "./a", "../a", "a/../../b", "a/", "a\\b", "a\0b", "a/.."])
def test_weights_lie_inside_the_repository(path: str) -> None:
    assert refusal(changed(("weights", 0, "path"), path)) == [
        f"weights[0].path: must be relative and stay inside the repository, not {path!r}"
    ]


def test_all_failures_are_told_at_once() -> None:
    document = changed(("weights", 0, "size"), "big")
    del document["name"]
    document["code"]["novel"] = 1
    document["environment"]["packages"]["numpy"]["version"] = 1

    assert refusal(document) == [
        "name: is missing",
        "code.novel: is not a known key",
        "weights[0].size: must be a number >= 0, not a text",
        "environment.packages.numpy.version: must be a text that is not empty, not a number",
    ]


def test_served_files_are_of_those_that_are_recorded() -> None:
    path = FULL.code.files[0][0]
    read = from_document(changed(("code", "served"), [path]), "m.toml").manifest

    assert read.code.served == (path,)
    assert to_document(read)["code"]["served"] == [path]
    with pytest.raises(InputError, match=r"code\.served: names a file that is not in code\.files"):
        from_document(changed(("code", "served"), ["other.py"]), "m.toml")
