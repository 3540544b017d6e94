# mypy: ignore-errors
"""Made the files beside this one, with the libraries that ``VERSIONS`` lists; run by hand: ``make.py DIR``.

CPython 3.11.7, Linux x86_64. The tests read the files only.
"""

import bz2
import gzip
import json
import pickle
import sys
import zipfile
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from pathlib import Path
from typing import Any

VERSIONS = {
    "cloudpickle": "3.1.2",
    "dill": "0.4.1",
    "joblib": "1.6.0",
    "lightgbm": "4.7.0",
    "lz4": "4.4.5",
    "numpy": "2.4.6",
    "pandas": "3.1.1",
    "scikit-learn": "1.9.1",
    "skops": "0.16.0",
    "torch": "2.13.0",
    "xgboost": "3.2.0",
}


def make(to: Path) -> None:
    import joblib
    import numpy
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.tree import DecisionTreeClassifier

    data = numpy.random.default_rng(0).normal(size=(40, 5))
    answer = (data[:, 0] > 0).astype(int)
    model: Any = make_pipeline(StandardScaler(), LogisticRegression()).fit(data, answer)
    tree: Any = DecisionTreeClassifier(max_depth=2).fit(data, answer.astype(str).astype(object))
    words: Any = TfidfVectorizer().fit(["one two three", "two four"])
    everything = {
        "model": model,
        "tree": tree,
        "words": words,
        "wide": numpy.asfortranarray(data),
        "text": numpy.array(["ab", "c"]),
    }
    for protocol in range(6):
        (to / f"sklearn.protocol{protocol}.pkl").write_bytes(pickle.dumps(model, protocol))
        joblib.dump(everything, to / f"sklearn.protocol{protocol}.joblib", protocol=protocol)
    for kind in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4"):
        joblib.dump(everything, to / f"sklearn.{kind}.joblib", compress=(kind, 3))
    (to / "sklearn.pkl.gz").write_bytes(gzip.compress(pickle.dumps(model), mtime=0))
    (to / "sklearn.pkl.bz2").write_bytes(bz2.compress(pickle.dumps(model)))
    make_arrays(to)
    make_by_value(to)
    make_torch(to)
    make_skops(to, model)
    make_boosters(to, data, answer)


def make_arrays(to: Path) -> None:
    import decimal

    import joblib
    import numpy

    objects = numpy.array([decimal.Decimal(1), {"a": 1}], dtype=object)
    fields = numpy.zeros(3, dtype=[("a", "f8"), ("b", "U3"), ("c", "M8[s]")])
    mixed = numpy.zeros(2, dtype=[("a", "f8"), ("b", "O")])
    numpy.save(to / "plain.npy", numpy.arange(6).reshape(2, 3))
    numpy.save(to / "objects.npy", objects, allow_pickle=True)
    numpy.save(to / "mixed.npy", mixed, allow_pickle=True)
    numpy.savez(to / "plain.npz", a=numpy.arange(3), b=fields)
    numpy.savez_compressed(to / "objects.npz", a=numpy.arange(3), b=objects)
    several = [
        fields,
        objects,
        numpy.float32(1),
        numpy.zeros((0, 3)),
        numpy.array(5),
        mixed,
        numpy.arange(4, dtype=">i2"),
        decimal.Context(),
    ]
    joblib.dump(several, to / "arrays.joblib")


def make_by_value(to: Path) -> None:
    import cloudpickle
    import dill
    import numpy

    def scaled(value: float) -> Any:
        return numpy.sqrt(value) + len(gzip.__name__)

    scaled.__code__ = scaled.__code__.replace(co_filename="make.py")  # it is kept in what is pickled
    scaled.__globals__["__file__"] = "make.py"
    (to / "function.cloudpickle").write_bytes(cloudpickle.dumps(scaled))
    (to / "function.dill").write_bytes(dill.dumps(scaled, recurse=True))


def make_torch(to: Path) -> None:
    import torch

    torch.manual_seed(0)
    layers = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())
    torch.save(layers.state_dict(), to / "state.pt")
    torch.save(layers, to / "module.pt")
    torch.save(layers.state_dict(), to / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.trace(layers, torch.zeros(1, 2)).save(str(to / "script.pt"))


def make_skops(to: Path, model: object) -> None:
    import skops.io

    skops.io.dump(model, to / "sklearn.skops", compression=zipfile.ZIP_DEFLATED, compresslevel=9)


def make_boosters(to: Path, data: object, answer: object) -> None:
    import lightgbm
    import pandas
    import xgboost

    (to / "xgboost.pkl").write_bytes(pickle.dumps(xgboost.XGBClassifier(n_estimators=1, max_depth=1).fit(data, answer)))
    booster: Any = lightgbm.LGBMClassifier(n_estimators=1, max_depth=1, verbose=-1).fit(data, answer)
    (to / "lightgbm.pkl").write_bytes(pickle.dumps(booster))
    (to / "pandas.pkl").write_bytes(pickle.dumps(pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]})))


def imported(file: Path) -> list[str]:
    """The modules that a real load asks for, in Python's own unpickler; joblib's is one, too."""
    import joblib

    asked: set[str] = set()
    real = pickle._Unpickler.find_class

    def logging(self: Any, module: str, name: str) -> Any:
        found = real(self, module, name)
        if self.proto < 3:
            module, name = NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name))
        asked.add(module)
        return found

    pickle._Unpickler.find_class = logging
    try:
        if file.suffix == ".joblib":
            joblib.load(file)
        else:
            with file.open("rb") as stream:
                pickle._Unpickler(stream).load()
    finally:
        pickle._Unpickler.find_class = real
    return sorted(asked)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
    here = Path(sys.argv[1])
    loaded = sorted(file for file in here.iterdir() if file.suffix in (".pkl", ".joblib", ".cloudpickle", ".dill"))
    (here / "imported.json").write_text(json.dumps({file.name: imported(file) for file in loaded}, indent=0) + "\n")
