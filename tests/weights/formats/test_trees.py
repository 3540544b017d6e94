"""Models of XGBoost, LightGBM and CatBoost, as the libraries wrote them, and damaged ones."""

import io
import json
from pathlib import Path

import pytest

from lineage.model.weights import Contents, Writer
from lineage.portable.environment import Problem
from lineage.weights.formats import trees
from tests.support.native import SUBJECT, content, partly_read, read_bytes, read_native, unreadable


def of(
    kind: str, module: str, version: str | None = None, place: str = "version", problem: Problem | None = None
) -> Contents:
    return Contents(
        formats=(kind,),
        loaders=((module,),),
        writers=() if version is None else (Writer(module=module, version=version, place=place),),
        problems=() if problem is None else (problem,),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("xgboost.json", of("xgboost-json", "xgboost", "3.2.0")),
        ("xgboost.ubj", of("xgboost-ubjson", "xgboost", "3.2.0")),
        ("xgboost-1.7-state.ubj", of("xgboost-ubjson", "xgboost", "1.7.6")),
        ("xgboost-1.7.model", of("xgboost-binary", "xgboost")),
        ("lightgbm.txt", of("lightgbm", "lightgbm")),
        ("catboost.cbm", of("catboost", "catboost", "1.2.10", "catboost_version_info")),
        ("catboost.json", of("catboost-json", "catboost", "1.2.10", "catboost_version_info")),
    ],
)
def test_each_format_says_what_reads_it_and_what_wrote_it(name: str, expected: Contents) -> None:
    assert read_native(trees, name) == expected


def grown_json(end: bytes) -> bytes:
    """A model of more bytes than are parsed."""
    return b'{"learner":{"filler":"' + b"x" * (3 << 20) + b'"}' + end


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (b',"version":[3,2,0]}', of("xgboost-json", "xgboost", "3.2.0")),
        (b' , "version" : [ 3, 2, 0 ] }\n', of("xgboost-json", "xgboost", "3.2.0")),
        (
            b',"inner":{"version":[3,2,0]}}',
            of(
                "xgboost-json",
                "xgboost",
                problem=partly_read("no version stands at the end, and of 3145781 bytes of JSON not all are read"),
            ),
        ),
    ],
    ids=["as-written", "spaced", "inner"],
)
def test_the_version_of_a_large_model_is_read_from_its_end(end: bytes, expected: Contents) -> None:
    assert read_bytes(trees, grown_json(end)) == expected


def key(name: bytes) -> bytes:
    return b"L" + len(name).to_bytes(8, "big") + name


MANY = b"{" + key(b"learner") + b"{" + b"".join([key(b"k") + b"Z"] * 300_000) + b"}" + key(b"version")


def test_a_large_binary_model_is_read_from_its_end_too() -> None:
    count = b"[#L" + (3).to_bytes(8, "big")
    assert read_bytes(trees, MANY + count + b"i\x03i\x02i\x00}") == of("xgboost-ubjson", "xgboost", "3.2.0")
    problem = partly_read("byte 3300007: more than 300000 values")
    found = read_bytes(trees, MANY + count + b"i\x03i\x02i\x00}}}")
    assert found == of("xgboost-ubjson", "xgboost", problem=problem)


@pytest.mark.parametrize(
    ("version", "detail"),
    [
        ("3.2.0", "version: not three numbers"),
        ([3, 2], "version: not three numbers"),
        ([3, 2, True], "version: not three numbers"),
        ([3, 2, -1], "version: not three numbers"),
        (None, "version: not three numbers"),
    ],
)
def test_a_version_of_another_form_is_a_problem(version: object, detail: str) -> None:
    data = json.dumps({"learner": {}, "version": version}).encode()
    assert read_bytes(trees, data) == of("xgboost-json", "xgboost", problem=unreadable(detail))


def test_two_versions_that_differ_are_a_problem() -> None:
    data = content("xgboost-1.7-state.ubj").replace(b"i\x01i\x07i\x06", b"i\x01i\x07i\x05", 1)
    problem = unreadable(f"byte {len(data)}: its members named version are [[1, 7, 5], [1, 7, 6]]")
    assert read_bytes(trees, data) == of("xgboost-ubjson", "xgboost", problem=problem)


@pytest.mark.parametrize(
    ("name", "size", "kind", "module", "detail"),
    [
        ("xgboost.json", 1000, "xgboost-json", "xgboost", "the model: not JSON at character 998"),
        ("xgboost.ubj", 1000, "xgboost-ubjson", "xgboost", "byte 1000: it ends before the 13 bytes that should follow"),
        ("lightgbm.txt", 1000, "lightgbm", "lightgbm", "byte 1000: it ends before the end of the trees"),
        ("catboost.cbm", 1000, "catboost", "catboost", "byte 4: a core of 6720 bytes in 1000"),
        ("catboost.cbm", 6, "catboost", "catboost", "byte 4: it ends before the 4 bytes that should follow"),
        ("catboost.json", 1000, "catboost-json", "catboost", "the model: not JSON at character 993"),
    ],
)
def test_a_model_cut_short(name: str, size: int, kind: str, module: str, detail: str) -> None:
    assert read_bytes(trees, content(name)[:size]) == of(kind, module, problem=unreadable(detail))


def test_a_build_that_is_no_release_has_no_version() -> None:
    data = content("catboost.cbm").replace(b"Branch: tags/v1.2.10", b"Branch: heads/masterx")
    assert read_bytes(trees, data) == of("catboost", "catboost")


def test_the_version_is_found_across_two_reads() -> None:
    told = content("catboost.cbm")
    text = told[told.index(b"Git info:") :]
    for before in range((1 << 20) - 200, 1 << 20, 13):
        core = b"\0" * (before - 8) + text
        data = b"CBM1" + len(core).to_bytes(4, "little") + core
        assert read_bytes(trees, data) == of("catboost", "catboost", "1.2.10", "catboost_version_info")


def test_a_file_shorter_than_it_was() -> None:
    data = content("catboost.cbm")
    assert trees.read(io.BytesIO(data[:2000]), len(data), SUBJECT) == of(
        "catboost", "catboost", problem=unreadable("byte 2000: it ends before byte 6728")
    )
    data = content("xgboost.json")
    assert trees.read(io.BytesIO(data[:1000]), len(data), SUBJECT) == of(
        "xgboost-json", "xgboost", problem=unreadable("byte 0: it ends before the 1639 bytes that should follow")
    )
    problem = unreadable("byte 0: no model of XGBoost, LightGBM or CatBoost")
    assert trees.read(io.BytesIO(b"x"), 1, SUBJECT) == Contents(problems=(problem,))


def test_a_large_text_of_catboost_is_not_read() -> None:
    data = b'{"features_info":"' + b"x" * (2 << 20) + b'"}'
    problem = partly_read(f"{len(data)} bytes of JSON, and no more than 2097152 are read")
    assert read_bytes(trees, data) == of("catboost-json", "catboost", problem=problem)


def test_a_text_of_catboost_without_version() -> None:
    for data in (
        b'{"features_info": {}}',
        b'{"features_info": {}, "model_info": {"catboost_version_info": "\\ud800"}}',
    ):
        assert read_bytes(trees, data) == of("catboost-json", "catboost")


def test_a_core_too_large_to_be_searched(tmp_path: Path) -> None:
    path = tmp_path / "model.cbm"
    size = trees.MAX_SEARCHED_BYTES + 100
    with path.open("wb") as file:
        file.write(b"CBM1" + (size - 8).to_bytes(4, "little"))
        file.truncate(size)
    problem = partly_read("byte 268435456: no catboost_version_info before, and no more of it is searched")
    with path.open("rb") as file:
        assert trees.read(file, size, SUBJECT) == of("catboost", "catboost", problem=problem)


def test_an_old_model_of_lightgbm_has_no_end() -> None:
    assert read_bytes(trees, b"tree\nversion=v2\nnum_class=1\n") == of("lightgbm", "lightgbm")


def test_what_is_of_no_such_library_is_not_recognised() -> None:
    for head in (b"", b"{}", b'{"a": 1}', b"tree", b"\x80\x04.", b"{L\0\0\0\0\0\0\0\x07another{"):
        assert not trees.recognise(head, "model.ubj")
