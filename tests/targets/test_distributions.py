"""``lineage.targets.distributions``: RECORD paths as wheels have them."""

import pytest

from lineage.model.installed import Installed
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import Package
from lineage.targets.distributions import providers, read_details
from tests.support.memory import MemoryTree

SKLEARN = Installed(
    name="scikit-learn",
    files=(
        "scikit_learn-1.4.0.dist-info/METADATA",
        "sklearn/__init__.py",
        "sklearn/decomposition/__init__.py",
        "sklearn/__pycache__/hidden.cpython-311.pyc",
        "sklearn/tree/_tree.cpython-311-x86_64-linux-gnu.so",
        "sklearn/datasets/data/iris.csv",
    ),
)
STORAGE = Installed(name="google-cloud-storage", files=("google/cloud/storage/__init__.py",))
BIGQUERY = Installed(name="google-cloud-bigquery", files=("google/cloud/bigquery/__init__.py",))
PROTOBUF = Installed(name="protobuf", files=("google/protobuf/__init__.py", "google/_upb/_message.abi3.so"))
CV2 = tuple(Installed(name=name, files=("cv2/__init__.py",)) for name in ("opencv-python-headless", "opencv-python"))
OLD = Installed(name="pyyaml", top_level=("yaml", "_yaml"))
SIX = Installed(name="six", files=("six.py", "../../../bin/six", "six-1.16.0.dist-info/RECORD"))
FAST = Installed(name="fast", files=("fast.cpython-311-darwin.so", "slow.pyd", "older.pyc", "stub.pyi"))
NAMELESS = Installed(name="my-model")
EDITABLE = Installed(name="fraudlib", files=("fraudlib.pth", "fraudlib-1.0.dist-info/METADATA"))
SCRIPTS = Installed(name="ruffian", files=("other/__init__.py",))
INSTALLED = (SKLEARN, STORAGE, BIGQUERY, PROTOBUF, *CV2, OLD, SIX, FAST, NAMELESS, EDITABLE, SCRIPTS)


@pytest.mark.parametrize(
    ("name", "distributions"),
    [
        ("sklearn", ("scikit-learn",)),
        ("sklearn.decomposition.PCA", ("scikit-learn",)),
        ("sklearn.tree._tree.Tree", ("scikit-learn",)),
        ("google.cloud.storage.Client", ("google-cloud-storage",)),
        ("google.cloud", ("google-cloud-bigquery", "google-cloud-storage")),
        ("google", ("google-cloud-bigquery", "google-cloud-storage", "protobuf")),
        ("google._upb._message", ("protobuf",)),
        ("google.cloud.pubsub", ()),
        ("cv2.dnn", ("opencv-python", "opencv-python-headless")),
        ("yaml.safe_load", ("pyyaml",)),
        ("six", ("six",)),
        ("six.moves", ("six",)),
        ("fast", ("fast",)),
        ("slow", ("fast",)),
        ("older", ("fast",)),
        ("stub", ()),
        ("my_model.net", ("my-model",)),
        ("fraudlib.rules", ("fraudlib",)),
        ("ruffian", ()),
        ("absent", ()),
    ],
)
def test_a_name_is_provided_by_the_owner_of_its_deepest_module(name: str, distributions: tuple[str, ...]) -> None:
    assert providers([name], INSTALLED) == {name: distributions}


def test_names_are_answered_together() -> None:
    assert providers(["six", "yaml", "six"], INSTALLED) == {"six": ("six",), "yaml": ("pyyaml",)}


def test_the_one_owner_of_the_package_around_a_module_counts_too() -> None:
    installed = (
        Installed(name="core", files=("framework/__init__.py",)),
        Installed(name="plugin", files=("framework/plugins/fast.py",)),
    )
    assert providers(["framework.plugins.fast", "framework.plugins"], installed) == {
        "framework.plugins.fast": ("core", "plugin"),
        "framework.plugins": ("core", "plugin"),
    }


def test_boilerplate_around_a_module_does_not_count() -> None:
    installed = tuple(
        Installed(name=name, files=("shared/__init__.py", f"shared/{name}/__init__.py")) for name in ("one", "two")
    )
    assert providers(["shared.one", "shared"], installed) == {"shared.one": ("one",), "shared": ("one", "two")}


def test_files_beat_words() -> None:
    installed = (Installed(name="yaml"), Installed(name="pyyaml", files=("yaml/__init__.py",)))
    assert providers(["yaml"], installed) == {"yaml": ("pyyaml",)}


def test_an_egg_tells_its_files_and_what_it_requires() -> None:
    tree = MemoryTree(
        {
            "/site/old-1.0.egg-info/installed-files.txt": b"../old/__init__.py\nPKG-INFO\n",
            "/site/old-1.0.egg-info/top_level.txt": b"old\n",
            "/site/old-1.0.egg-info/requires.txt": b"numpy>=1.20\n[:python_version<'3']\nenum34\n[plot]\nmatplotlib\n",
        }
    )
    egg = Distribution(Package("old", "1.0"), "/site", "/site/old-1.0.egg-info")

    assert read_details(tree, egg) == Installed(
        name="old",
        requires=("numpy>=1.20", "enum34 ; (python_version<'3')", 'matplotlib ; extra == "plot"'),
        files=("old/__init__.py", "old-1.0.egg-info/PKG-INFO"),
        top_level=("old",),
    )
