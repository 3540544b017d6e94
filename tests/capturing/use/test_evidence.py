"""``lineage.capturing.use.evidence``, ``without_tool`` and ``serving``: what the processes of a run tell together."""

from typing import Any

import pytest

from lineage.capturing.use.evidence import (
    Evidence,
    gather,
    principal,
    require_model_loaded,
    serving_evidence,
    without_tool,
)
from lineage.errors import ObservationError
from lineage.model.run import Process, Serving, Session, Unwatched
from lineage.portable.environment import Problem

ENV = {"prefix": "/env", "python": "3.11.7"}
OTHER = {"prefix": "/opt/tools/black", "python": "3.12.1"}


def own(path: str) -> str | None:
    return path[6:] if path.startswith("/repo/") else None


def process(pid: int, **facts: Any) -> Process:
    given = {"answer": ENV, "parent": 1, "forked": False, "ended": True, **facts}
    return Process(pid=pid, **given)


TRAIN = process(
    10,
    main="/repo/train.py",
    modules=(("features", "/repo/features.py"), ("numpy", "/env/numpy/__init__.py"), ("sys", None)),
    importers=(
        ("features", "/repo/train.py"),
        ("gone", "/repo/train.py"),
        ("numpy", "/repo/train.py"),
        ("sys", "/env/numpy/__init__.py"),
    ),
    libraries=("/env/numpy.libs/libblas.so",),
    read=("/repo/data.csv",),
    born=7.5,
)
WORKER = process(11, forked=True, modules=(("scipy", "/env/scipy/__init__.py"),), ended=False)
TOOL = process(12, answer=OTHER, modules=(("black", "/opt/tools/black/black.py"),))


def test_the_process_that_wrote_the_weights_trained_them() -> None:
    saver = process(13, written=("/repo/models/bert/weights.bin",))
    assert principal((TRAIN, saver), ("/repo/models/bert",), own) == saver
    assert principal((TRAIN, saver), ("/repo/models/m.pkl",), own) == TRAIN
    assert principal((TOOL, TRAIN), (), own) == TRAIN
    assert principal((TRAIN, process(14, main="/repo/train.py", modules=TRAIN.modules)), (), own) == TRAIN
    assert principal((TOOL, process(15, answer={}, main="/repo/a.py")), (), own) is None
    assert principal((), (), own) is None
    old = (Unwatched(pid=9, program="python2.7", reason="unknown"),)
    assert principal((TRAIN,), ("/repo/models/m.pkl",), own, old) is None
    assert principal((saver,), ("/repo/models/bert",), own, old) == saver


def test_dvc_itself_trains_nothing() -> None:
    for main in ("/opt/dvc/bin/dvc", "/opt/dvc/lib/python3.12/site-packages/dvc/__main__.py"):
        keeper = process(16, answer=OTHER, main=main, written=("/repo/models/m.pkl",))
        assert principal((keeper, TRAIN), ("/repo/models/m.pkl",), own) == TRAIN
        assert principal((keeper,), ("/repo/models/m.pkl",), own) is None


def test_all_processes_of_the_environment_together() -> None:
    assert gather((TRAIN, WORKER, TOOL), TRAIN, (), own) == (
        Evidence(
            files=frozenset(
                {
                    "/repo/features.py",
                    "/env/numpy/__init__.py",
                    "/env/scipy/__init__.py",
                    "/env/numpy.libs/libblas.so",
                }
            ),
            names=frozenset({"features", "numpy", "sys", "scipy"}),
            imports=(("numpy", "train.py"),),
            entries=("features.py", "train.py"),
            read=frozenset({"/repo/data.csv"}),
            libraries=frozenset({"/env/numpy.libs/libblas.so"}),
            since=7.5,
            is_whole=True,
            knows_importers=True,
        ),
        (),
    )


def test_code_that_stands_in_no_file_is_first_party_too() -> None:
    kernel = process(
        30,
        main="/env/ipykernel_launcher.py",
        modules=(("click", "/env/click.py"), ("numpy", "/env/numpy/__init__.py"), ("scipy", "/env/scipy.py")),
        importers=(("click", "/tmp/ipykernel_30/153.py"), ("numpy", "<timed exec>"), ("scipy", "<string>")),
        born=3.0,
    )
    piped = process(
        31,
        modules=(("click", "/env/click.py"), ("scipy", "/env/scipy.py"), ("six", "/env/six.py")),
        importers=(("click", "<stdin>"), ("scipy", "<string>"), ("six", "<frozen x>")),
    )
    told, problems = gather((kernel,), kernel, (), own)
    assert (told.imports, told.session, told.knows_importers, told.is_whole, told.since, problems) == (
        (("click", "<session>"), ("numpy", "<session>")),
        Session(directory=""),
        False,
        True,
        3.0,
        (),
    )
    given, _ = gather((piped, process(32, importers=(("click", "<ipython-input-1-ab>"),))), piped, (), own)
    assert (given.imports, given.session) == ((("click", "<session>"), ("scipy", "<session>")), Session(directory=""))
    assert gather((piped,), piped, (), own)[0].session is None


def test_what_keeps_the_evidence_from_being_whole_is_named() -> None:
    blind = (
        Unwatched(pid=1, program="python3.11", reason="-I"),
        Unwatched(pid=2, program="python3.11", reason="-I"),
        Unwatched(pid=3, program="python3.11", reason="environment"),
        Unwatched(pid=4, program="pypy3", reason="unknown"),
    )
    elsewhere = process(16, answer=OTHER, main="/repo/prepare.py")
    failing = process(17, failures=("could not write: disk full",))
    evidence, problems = gather((TRAIN, elsewhere, failing), TRAIN, blind, own)
    isolated = "2 × python3.11 was started isolated (-I), so it could not be watched"
    cleaned = "1 × python3.11 was started with another PYTHONPATH, so it could not be watched"
    other = "code of the repository also ran with Python 3.12.1 of another environment: it is not recorded"
    assert (evidence.is_whole, problems) == (
        False,
        (
            Problem("run.several-environments", "environment:black", other),
            Problem("run.unwatched-process", "process:pypy3", "1 × pypy3 left no record"),
            Problem("run.unwatched-process", "process:python3.11", cleaned),
            Problem("run.unwatched-process", "process:python3.11", isolated),
            Problem("run.watcher-failed", "process", "could not write: disk full"),
        ),
    )


def test_what_the_tool_itself_loaded_is_left_out() -> None:
    tool = "/env/lineage/"
    told = process(
        20,
        modules=(
            ("git", "/env/git/__init__.py"),
            ("git.db", "/env/git/db.py"),
            ("lineage", tool + "__init__.py"),
            ("lineage.api", tool + "api.py"),
            ("numpy", "/env/numpy/__init__.py"),
            ("quiet", None),
        ),
        importers=(
            ("git", tool + "api.py"),
            ("git.db", "/env/git/__init__.py"),
            ("lineage", "/repo/train.py"),
            ("lineage.api", tool + "__init__.py"),
            ("lineage.api.x", tool + "api.py"),
            ("numpy", "/repo/train.py"),
            ("quiet", "/env/git/db.py"),
        ),
        libraries=("/env/git/db.py", "/env/numpy/core.so"),
    )
    assert without_tool(told) == process(
        20,
        modules=(("numpy", "/env/numpy/__init__.py"),),
        importers=(("numpy", "/repo/train.py"),),
        libraries=("/env/numpy/core.so",),
    )
    assert without_tool(TRAIN) is TRAIN
    single = process(21, modules=(("lineage", "/repo/lineage.py"),))
    assert without_tool(single) is single


def test_serving_counts_in_the_environment_of_the_model_only() -> None:
    serving = Serving(command=("python", "serve.py"), processes=(TOOL, TRAIN))
    assert serving_evidence(serving, "/env", "3.11.7", own) == gather((TOOL, TRAIN), TRAIN, (), own)[0]
    with pytest.raises(ObservationError) as error:
        serving_evidence(serving, "/env", "3.11.8", own)
    assert str(error.value) == (
        "python serve.py: ran no Python of the model's environment that could be watched\n"
        "  serve with the Python that trained, and not with -I, -E or -S"
    )


def test_serving_that_was_not_watched_whole_tells_nothing() -> None:
    blind = (Unwatched(pid=1, program="python3", reason="-S"),)
    serving = Serving(command=("sh", "serve.sh"), processes=(TRAIN,), unwatched=blind)
    with pytest.raises(ObservationError) as error:
        serving_evidence(serving, "/env", "3.11.7", own)
    assert str(error.value) == (
        "sh serve.sh: could not be watched whole: process:python3: 1 × python3 was started without its site module "
        "(-S), so it could not be watched"
    )


def test_serving_must_have_loaded_the_model() -> None:
    read = Evidence(read=frozenset({"/repo/models/bert/a.bin"}))
    require_model_loaded(Evidence(), ("numpy",), ("numpy", "scipy"), "/repo/m.pkl")
    require_model_loaded(read, (), (), "/repo/models/bert")
    require_model_loaded(read, (), (), "/repo/models/bert/a.bin")
    hint = "\n  name one that loads the model and predicts"
    with pytest.raises(ObservationError) as error:
        require_model_loaded(read, ("numpy", "scipy", "a"), ("numpy",), "/repo/models/bert")
    message = "the serving command: did not load a, scipy, which the weights name: it did not load the model"
    assert str(error.value) == message + hint
    with pytest.raises(ObservationError) as error:
        require_model_loaded(read, (), ("numpy",), "/repo/models/m.pkl")
    message = "the serving command: was not seen to read the weights, so nothing tells that it loaded the model"
    assert str(error.value) == message + hint
