"""``lineage.checking.due.packages``: which package may take another's place, by their names."""

import pytest

from lineage.checking.due.packages import may_replace, provided, stem
from lineage.portable.environment import Package


@pytest.mark.parametrize(
    ("recorded", "modules", "name", "may"),
    [
        ("opencv-python", ("cv2",), "opencv-python-headless", True),
        ("opencv-python-headless", ("cv2",), "opencv-contrib-python", True),
        ("opencv-python", ("cv2",), "cv2", True),
        ("opencv-python", ("cv2",), "opencv-python", False),
        ("opencv-python", ("cv2",), "python-dateutil", False),
        ("psycopg2", (), "psycopg2-binary", True),
        ("tensorflow", (), "tf-nightly", True),
        ("tensorflow", (), "tensorflow-text", False),
        ("tensorflow", (), "intel-tensorflow", True),
        ("cupy-cuda11x", (), "cupy-cuda12x", True),
        ("faiss-cpu", ("faiss",), "faiss-gpu", True),
        ("torch", (), "pytorch", True),
        ("scikit-learn", ("sklearn.linear_model", "sklearn"), "sklearn", True),
        ("scikit-learn", ("sklearn",), "scikit-image", False),
        ("ruamel-yaml", ("ruamel_yaml",), "ruamel-yaml-clib", False),
        ("gpu", (), "cpu", False),
    ],
)
def test_names_that_are_alike(recorded: str, modules: tuple[str, ...], name: str, may: bool) -> None:
    assert may_replace(name, Package(recorded, "1.0", modules=modules)) is may


def test_the_stem_and_the_names_of_imports() -> None:
    assert [stem(one) for one in ("gpu", "onnxruntime-gpu", "xgboost")] == ["gpu", "onnxruntime", "xgboost"]
    assert provided(Package("a", "1", modules=("ruamel_yaml.main", "ruamel_yaml", "A.b"))) == ("a", "ruamel-yaml")
