"""``lineage.capturing.of_run``: which of the files that a run wrote are models."""

import pytest

from lineage.capturing.of_run import ModelFiles, find_models

NAMED, OUTPUT = "named like weights", "output of DVC"


@pytest.mark.parametrize(
    ("written", "outputs", "how"),
    [
        ((), (), ()),
        (("plot.png", "metrics.json", "data/x.csv"), (), ()),
        (("models/a.pkl", "models/b.onnx", "c.JOBLIB.gz"), (), (("c.JOBLIB.gz", NAMED), ("models/a.pkl", NAMED),
                                                               ("models/b.onnx", NAMED))),
        # A directory that describes a model is one model, however many files it has.
        (
            ("bert/config.json", "bert/part-1.safetensors", "bert/deep/part-2.safetensors"),
            (),
            (("bert", NAMED),),
        ),
        # The root of the repository is none.
        (("config.json", "m.pt"), (), (("m.pt", NAMED),)),
        (("models/a.pkl", "models/b.txt"), ("models",), (("models", OUTPUT),)),
        (("models/a.pkl",), ("models/a.pkl", "data/x.pkl"), (("models/a.pkl", OUTPUT),)),
        (("data/clean.csv", "booster.json"), ("data/clean.csv", "booster.json"), (("booster.json", OUTPUT),)),
        ((".cache/x.pkl", "a/.venv/y.pt", ".hidden.pkl"), (), ((".hidden.pkl", NAMED),)),
        # What lies in a directory that is a model already is a part of it.
        (
            ("out/config.json", "out/m.bin", "out/model.pt", "out/sub/extra.pkl"),
            ("out/sub",),
            (("out", NAMED),),
        ),
    ],
)  # fmt: skip
def test_models_among_written_files(
    written: tuple[str, ...], outputs: tuple[str, ...], how: tuple[tuple[str, str], ...]
) -> None:
    expected = ModelFiles(paths=tuple(path for path, _ in how), how=how)
    assert find_models(written, outputs, lambda path: path == "booster.json") == expected


def test_content_is_only_asked_of_outputs() -> None:
    assert find_models(("a.json",), ("b.json",), lambda _: True) == ModelFiles()
    assert find_models(("b.json",), ("b.json",)) == ModelFiles()
