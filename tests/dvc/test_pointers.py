import pytest

from lineage.dvc.pointers import (
    Output,
    enclosing_output,
    is_pointer,
    pointer_outs,
    tracked_outputs,
)
from lineage.errors import InputError

MD5 = "0cc175b9c0f1b6a831c399e269772661"
OTHER = "92eb5ffee6ae2fec3ad71c777531578f"
RESTORE = "DVC writes this file: restore it with git, or write it anew with `dvc add` or `dvc repro`"
CORRECT = "correct the file; `dvc stage list` tells what DVC makes of it"

LOCK = f"""\
schema: '2.0'
stages:
  train:
    cmd: python train.py
    deps:
    - path: train.py
      hash: md5
      md5: {OTHER}
      size: 9
    outs:
    - path: ../models/fraud.pkl
      hash: md5
      md5: {MD5}
      size: 5
  each@eu:
    cmd: python one.py eu
    outs:
    - path: eu
      hash: md5
      md5: {OTHER}.dir
      size: 7
      nfiles: 2
  gone:
    cmd: python gone.py
    outs:
    - path: gone.pkl
      hash: md5
      md5: {OTHER}
      size: 1
""".encode()

PIPELINE = b"""\
stages:
  train:
    wdir: src
    cmd: python train.py
    outs:
    - ../models/fraud.pkl
  each:
    foreach: [eu]
    do:
      wdir: out
      cmd: python one.py ${item}
      outs:
      - ${item}
"""


def output(path: str, pointer: str, *, md5: str | None = MD5, size: int | None = 5, directory: bool = False) -> Output:
    return Output(path=path, pointer=pointer, md5=md5, algorithm="md5", size=size, is_directory=directory)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("models/fraud.pkl.dvc", True),
        ("a/dvc.lock", True),
        ("dvc.yaml", False),
        (".dvc", False),
        ("a/.dvc", False),
        (".dvc/config", False),
        ("poetry.lock", False),
    ],
)
def test_pointers_are_known_by_name(path: str, expected: bool) -> None:
    assert is_pointer(path) is expected


def test_the_outputs_of_a_dvc_file() -> None:
    content = f"outs:\n- md5: {MD5}\n  size: 5\n  hash: md5\n  path: fraud.pkl\n".encode()
    assert pointer_outs("models/fraud.pkl.dvc", content) == (output("models/fraud.pkl", "models/fraud.pkl.dvc"),)


@pytest.mark.parametrize(
    ("line", "algorithm"),
    [("", "md5-dos2unix"), ("  hash: md5-dos2unix\n", "md5-dos2unix"), ("  hash: etag\n", "etag")],
)
def test_the_algorithm_is_the_one_that_the_pointer_names(line: str, algorithm: str) -> None:
    content = f"outs:\n- md5: {MD5}\n  size: 5\n{line}  path: fraud.pkl\n".encode()

    assert [one.algorithm for one in pointer_outs("fraud.pkl.dvc", content)] == [algorithm]


def test_a_directory_is_known_by_its_digest_or_its_count() -> None:
    content = f"""\
outs:
- {{md5: {MD5}.dir, size: 5, hash: md5, path: a}}
- {{nfiles: 3, hash: md5, path: b}}
- {{hash: md5, path: c, files: [{{relpath: x, md5: {MD5}}}]}}
- {{hash: md5, path: d}}
""".encode()
    assert pointer_outs("x.dvc", content) == (
        output("a", "x.dvc", md5=f"{MD5}.dir", directory=True),
        output("b", "x.dvc", md5=None, size=None, directory=True),
        output("c", "x.dvc", md5=None, size=None, directory=True),
        output("d", "x.dvc", md5=None, size=None),
    )


def test_a_file_of_dvc_2_names_the_older_algorithm() -> None:
    content = f"md5: {OTHER}\nouts:\n- md5: {MD5}\n  size: 5\n  path: fraud.pkl\n".encode()
    assert pointer_outs("fraud.pkl.dvc", content) == (
        Output(
            path="fraud.pkl", pointer="fraud.pkl.dvc", md5=MD5, algorithm="md5-dos2unix", size=5, is_directory=False
        ),
    )


def test_the_directory_of_a_dvc_file_is_honoured() -> None:
    content = f"wdir: ../data\nouts:\n- {{md5: {MD5}, size: 5, hash: md5, path: ./x/../raw.csv}}\n".encode()
    assert pointer_outs("stages/raw.dvc", content) == (output("data/raw.csv", "stages/raw.dvc"),)


@pytest.mark.parametrize("path", ["../../x", "..", "/data/x", "s3://bucket/x", "remote://r/x", "C:/x", "C:\\x", "../"])
def test_an_output_outside_of_the_repository_is_left_out(path: str) -> None:
    content = f"outs:\n- {{md5: {MD5}, size: 5, hash: md5, path: '{path}'}}\n".encode()
    assert pointer_outs("models/x.dvc", content) == ()


def test_a_lock_takes_the_directory_of_each_stage_from_dvc_yaml() -> None:
    assert pointer_outs("p/dvc.lock", LOCK, pipeline=PIPELINE) == (
        output("p/models/fraud.pkl", "p/dvc.lock"),
        output("p/out/eu", "p/dvc.lock", md5=f"{OTHER}.dir", size=7, directory=True),
    )


def test_a_lock_alone_is_read_from_where_it_lies() -> None:
    assert [each.path for each in pointer_outs("p/dvc.lock", LOCK)] == ["models/fraud.pkl", "p/eu", "p/gone.pkl"]


def test_a_stage_whose_directory_is_a_template_has_no_known_outputs() -> None:
    pipeline = b"stages:\n  train:\n    wdir: ${dir}\n    cmd: x\n"
    assert pointer_outs("dvc.lock", LOCK, pipeline=pipeline) == ()


def test_a_lock_of_dvc_1() -> None:
    content = f"train:\n  cmd: x\n  outs:\n  - path: m.pkl\n    md5: {MD5}\n".encode()
    assert pointer_outs("dvc.lock", content) == (
        Output(path="m.pkl", pointer="dvc.lock", md5=MD5, algorithm="md5-dos2unix", size=None, is_directory=False),
    )


MALFORMED = [
    pytest.param("x.dvc", b"- a\n", "x.dvc: must be a mapping of names", id="a list"),
    pytest.param("x.dvc", b"", "x.dvc: must be a mapping of names", id="empty"),
    pytest.param("x.dvc", b"outs: a\n", "x.dvc: outs: must be a list", id="outs"),
    pytest.param("x.dvc", b"outs: [a]\n", "x.dvc: outs[0]: must be a mapping of names", id="an output"),
    pytest.param("x.dvc", b"outs: [{size: 1}]\n", "x.dvc: outs[0].path: must be text", id="no path"),
    pytest.param("x.dvc", b"outs: [{path: ''}]\n", "x.dvc: outs[0].path: must be text", id="empty path"),
    pytest.param("x.dvc", b"wdir: [a]\nouts: []\n", "x.dvc: wdir: must be text", id="wdir"),
    pytest.param(
        "x.dvc",
        b"outs: [{path: a, md5: 0x12}]\n",
        "x.dvc: outs[0].md5: must be 32 hex digits, with `.dir` behind them for a directory",
        id="md5",
    ),
    pytest.param(
        "x.dvc", b"outs: [{path: a, size: big}]\n", "x.dvc: outs[0].size: must be a number of bytes", id="size"
    ),
    pytest.param(
        "x.dvc", b"outs: [{path: a, size: true}]\n", "x.dvc: outs[0].size: must be a number of bytes", id="bool"
    ),
    pytest.param(
        "dvc.lock", b"schema: '2.0'\nstages: [a]\n", "dvc.lock: stages: must be a mapping of names", id="stages"
    ),
    pytest.param(
        "dvc.lock",
        b"schema: '2.0'\nstages: {a: {outs: [{path: 3}]}}\n",
        "dvc.lock: stages.a.outs[0].path: must be text",
        id="a locked output",
    ),
]


@pytest.mark.parametrize(("path", "content", "message"), MALFORMED)
def test_a_malformed_pointer_names_file_and_key(path: str, content: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        pointer_outs(path, content)
    assert str(caught.value) == f"{message}\n  {RESTORE}"


def test_a_pointer_in_conflict_names_its_line() -> None:
    with pytest.raises(InputError) as caught:
        pointer_outs("x.dvc", b"outs:\n<<<<<<< HEAD\n- md5: a\n=======\n- md5: b\n>>>>>>> other\n")
    assert caught.value.where == "x.dvc:3"


def test_every_pointer_of_a_tree_is_read() -> None:
    files = {
        "z.dvc": f"outs:\n- {{md5: {MD5}, size: 5, hash: md5, path: z}}\n".encode(),
        "p/dvc.lock": LOCK,
        "p/dvc.yaml": PIPELINE,
        "README.md": b"\xff",
        ".dvc/config": b"[core]",
    }
    assert tracked_outputs([*files, "deleted.dvc"], files.get) == (
        output("p/models/fraud.pkl", "p/dvc.lock"),
        output("p/out/eu", "p/dvc.lock", md5=f"{OTHER}.dir", size=7, directory=True),
        output("z", "z.dvc"),
    )


def test_a_malformed_pipeline_is_named_when_its_lock_is_read() -> None:
    with pytest.raises(InputError) as caught:
        pointer_outs("p/dvc.lock", LOCK, pipeline=b"stages: {each: {do: 3}}\n")
    assert str(caught.value) == f"p/dvc.yaml: stages.each.do: must be a mapping of names\n  {CORRECT}"


def test_the_nearest_output_encloses_a_path() -> None:
    outer = output("models", "models.dvc", md5=f"{MD5}.dir", directory=True)
    inner = output("models/bert", "dvc.lock", md5=f"{MD5}.dir", directory=True)
    file = output("models-old", "models-old.dvc")
    outputs = (outer, inner, file)

    assert enclosing_output("models", outputs) == outer
    assert enclosing_output("models/bert", outputs) == inner
    assert enclosing_output("models/bert/a/b", outputs) == inner
    assert enclosing_output("models/fraud.pkl", outputs) == outer
    assert enclosing_output("models-old", outputs) == file
    assert enclosing_output("models-old/x", outputs) is None
    assert enclosing_output("model", outputs) is None
