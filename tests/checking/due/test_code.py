"""``lineage.checking.due.code``: first-party files, data and parameters."""

from dataclasses import replace
from typing import Any

import pytest

from lineage.checking.due.code import due_code, due_data, due_params
from lineage.model.code import Code
from lineage.model.manifest import Manifest, freeze
from lineage.model.plan import Due
from lineage.portable.policy import Policy, RetrainPolicy
from tests.support.documents import FULL

OLD, NEW, OTHER = "1" * 40, "2" * 40, "3" * 40
CODE: Manifest = replace(FULL, code=Code(commit="a" * 40, tree="b" * 40, base="a" * 40, files=(("train.py", OLD),)))
BEFORE, AFTER = b"x = 1\n", b"x = 2\n"


def policy(**keys: str) -> Policy:
    return Policy(retrain=RetrainPolicy()._replace(**keys))  # type: ignore[arg-type]


def code(
    files: dict[str, str], now: bytes | None = AFTER, then: bytes | None = BEFORE, judged: str = "ast"
) -> list[Due]:
    return due_code(CODE, files, lambda _: now, lambda _: then, policy(code=judged))


def one(
    message: str, observed: str | None, step: str = "unknown", action: str = "retrain", where: str = "train.py"
) -> Due:
    return Due(
        subject="code:train.py",
        action=action,
        message=message,
        recorded=OLD[:12],
        observed=observed,
        step=step,
        where=where,
    )


CHANGED = one("train.py changed, the model's code", NEW[:12])
GONE = one("train.py is gone, the model's code", None, "removed")
UNKNOWN = one(
    "train.py changed, and what it was is not in this clone: nothing tells whether only its layout did",
    NEW[:12],
    action="undecided",
)


@pytest.mark.parametrize(
    ("files", "now", "then", "judged", "expected"),
    [
        pytest.param({"train.py": OLD}, None, None, "ast", [], id="same"),
        pytest.param({"train.py": NEW}, AFTER, BEFORE, "ast", [CHANGED], id="changed"),
        pytest.param({"train.py": NEW}, b"x=1 # one\n", BEFORE, "ast", [], id="layout"),
        pytest.param({"train.py": NEW}, b"x=1 # one\n", BEFORE, "bytes", [CHANGED], id="layout, by bytes"),
        pytest.param({"train.py": NEW}, AFTER, BEFORE, "any", [], id="any"),
        pytest.param({}, None, BEFORE, "ast", [GONE], id="gone"),
        pytest.param({}, None, BEFORE, "any", [], id="gone, any"),
        pytest.param({"train.py": NEW}, AFTER, None, "ast", [UNKNOWN], id="not in this clone"),
        pytest.param({"train.py": NEW}, None, BEFORE, "ast", [UNKNOWN], id="HEAD's is not in this clone"),
        pytest.param({"train.py": NEW}, None, None, "bytes", [CHANGED], id="bytes need no content"),
        pytest.param({"train.py": OLD, "new.ipynb": NEW}, None, None, "ast", [], id="a new notebook"),
        pytest.param(
            {"src/train.py": OLD, "b/train.py": OLD, "z.py": NEW},
            None,
            None,
            "ast",
            [
                one(
                    "train.py is now b/train.py, the model's code",
                    f"{OLD[:12]} b/train.py",
                    "none",
                    "verify",
                    "b/train.py",
                )
            ],
            id="moved",
        ),
    ],
)
def test_the_code(
    files: dict[str, str], now: bytes | None, then: bytes | None, judged: str, expected: list[Due]
) -> None:
    assert code(files, now, then, judged) == expected


def test_a_parameter_is_told_without_secrets_and_compared_by_its_place() -> None:
    manifest = replace(FULL, params=freeze({"data": "data/x", "out": "y", "note": "n"}))
    values = {"data": "/srv/work/fraud/data/x", "out": "/srv/work/z", "note": "ghp_" + "a1B2" * 9}
    found = due_params(manifest, values, policy(params="none"), "params.yaml")
    assert [(one.subject, one.observed) for one in found] == [
        ("params:out", "/srv/work/z"),
        ("params:note", "<redacted>"),
    ]


def test_a_file_is_not_moved_to_another_one_of_the_model() -> None:
    files = (("a.py", OLD), ("b.py", OLD))
    twins = replace(CODE, code=replace(CODE.code, files=files))

    found = due_code(twins, {"b.py": OLD}, lambda _: None, lambda _: None, policy())

    assert [(one.subject, one.action, one.step) for one in found] == [("code:a.py", "retrain", "removed")]


MD5, SHA256, ID = "md5:" + "f" * 32, "sha256:" + "e" * 64, "sha256:" + "d" * 64


def data(action: str, message: str, recorded: str, observed: str | None) -> list[Due]:
    due = Due(subject="data:a.csv", action=action, message=f"a.csv {message}", recorded=recorded, observed=observed)
    return [replace(due, where="a.csv")]


@pytest.mark.parametrize(
    ("recorded", "observed", "judged", "expected"),
    [
        (MD5, MD5, "none", []),
        (MD5, "md5:" + "0" * 32, "any", []),
        (MD5, "md5:0", "none", data("retrain", "changed, data that the training read", MD5, "md5:0")),
        (SHA256, ID, "none", data("retrain", "changed, data that the training read", SHA256, ID)),
        (
            MD5,
            None,
            "none",
            data("undecided", "is not tracked any more, so nothing tells whether it is what was read", MD5, None),
        ),
        (SHA256, MD5, "none", data("undecided", "was recorded by sha256 and is tracked by md5 now", SHA256, MD5)),
        (
            MD5,
            f"md5-dos2unix:{MD5[4:]}",
            "none",
            data("undecided", "was recorded by md5 and is tracked by md5-dos2unix now", MD5, f"md5-dos2unix:{MD5[4:]}"),
        ),
    ],
)
def test_the_data(recorded: str, observed: str | None, judged: str, expected: list[Due]) -> None:
    manifest = replace(FULL, inputs=freeze({"a.csv": recorded}))

    assert due_data(manifest, {"a.csv": observed}.get, policy(data=judged)) == expected


NAN = float("nan")
PARAMS = {"lr": 0.1, "on": True, "deep": {"er": [1, [2, {"a": 1}]], "name": "x"}, "nan": NAN}
DEEP = {"er": [1, [2, {"a": 1.0}]], "name": "x"}
SAME = {"lr": 0.1, "on": True, "deep": DEEP, "nan": NAN, "other": 1}


@pytest.mark.parametrize(
    ("values", "judged", "expected"),
    [
        (SAME, "none", []),
        ({}, "none", []),
        ({**SAME, "lr": 0.2}, "any", []),
        ({**SAME, "lr": 0.2}, "none", [("params:lr", "0.1", "0.2")]),
        ({**SAME, "on": 1}, "none", [("params:on", "True", "1")]),
        ({**SAME, "deep": {"name": None}}, "none", [("params:deep.name", "x", "None")]),
        ({**SAME, "deep": {"er": [1]}}, "none", [("params:deep.er", "[1, [2, {'a': 1}]]", "[1]")]),
        (
            {**SAME, "deep": {"er": [1, [2, {"b": 1}]]}},
            "none",
            [("params:deep.er", "[1, [2, {'a': 1}]]", "[1, [2, {'b': 1}]]")],
        ),
        ({**SAME, "nan": 1.0}, "none", [("params:nan", "nan", "1.0")]),
    ],
)
def test_the_parameters(values: dict[str, Any], judged: str, expected: list[tuple[str, str, str]]) -> None:
    manifest = replace(FULL, params=freeze(PARAMS))
    whole = [
        Due(
            subject=subject,
            action="retrain",
            message=f"{subject.partition(':')[2]} {recorded} → {observed}, a parameter of the training",
            recorded=recorded,
            observed=observed,
            where="params.yaml",
        )
        for subject, recorded, observed in expected
    ]

    assert due_params(manifest, values, policy(params=judged), "params.yaml") == whole


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), []),
        (("on", "deep.name", "other"), [("on", "retrain", "on True → nothing, a parameter of the training")]),
        (
            None,
            [
                ("lr", "undecided", "lr 0.1 is given by no file, and what gave it at the capture is not in this clone"),
                (
                    "on",
                    "undecided",
                    "on True is given by no file, and what gave it at the capture is not in this clone",
                ),
            ],
        ),
    ],
)
def test_a_parameter_that_no_file_gives_any_more(
    given: tuple[str, ...] | None, expected: list[tuple[str, str, str]]
) -> None:
    manifest = replace(FULL, params=freeze({"lr": 0.1, "on": True, "deep": {"name": "x"}}))

    found = due_params(manifest, {"deep": {"name": "x"}}, policy(), "params.yaml", given)

    assert [(one.subject, one.action, one.message) for one in found] == [
        (f"params:{key}", action, message) for key, action, message in expected
    ]
    assert {(one.observed, one.where) for one in found} <= {(None, "params.yaml")}
