"""``lineage.checking.due.packages``: the same version from elsewhere, another build of it, a part of the repository."""

import pytest

from lineage.model.plan import Due
from lineage.portable.environment import Package
from lineage.portable.policy import Policy, RetrainPolicy
from tests.support.judging import NUMPY, due, of

A, B = "a" * 40, "b" * 40
GIT = "git+https://example.org/acme/fraudlib"
LIB = Package("fraudlib", "0.3", use="imported")
TORCH = Package("torch", "2.1.0+cpu", use="weights")
FROM_GIT = LIB._replace(origin=f"{GIT}@{A}")
FROM_CONDA = NUMPY._replace(origin="conda:conda-forge:py311_0")
WHERE = "requirements.txt:1"
ENVIRONMENT = "dependencies:\n  - {}\n"
REASONS = {"imported": "imported by the model's code", "weights": "named in the weights"}


def moved(
    package: Package, observed: str, step: str = "build", action: str = "verify", where: str = WHERE
) -> list[Due]:
    message = f"{package.name} {package.version} → {observed} ({step}), {REASONS[package.use]}"
    return [of(package, action, message, observed, step, where)]


def untold(package: Package, observed: str) -> list[Due]:
    source = package.origin or "an index"
    message = f"{package.name} {package.version} came from {source}, which cannot be compared with {observed}"
    return [of(package, "undecided", f"{message}, {REASONS[package.use]}", observed, "unknown", WHERE)]


@pytest.mark.parametrize(
    ("package", "then", "head", "expected"),
    [
        pytest.param(LIB, "fraudlib==0.3", f"fraudlib @ {GIT}@{A}", moved(LIB, f"{GIT}@{A}"), id="index to git"),
        pytest.param(
            LIB,
            f"fraudlib==0.3 --hash=sha256:{'1' * 64}",
            f"fraudlib==0.3 --hash=sha256:{'2' * 64}",
            moved(LIB, "0.3 (from an index, other files: sha256:22222222)"),
            id="other files",
        ),
        pytest.param(
            FROM_GIT,
            f"fraudlib @ {GIT}@{A}",
            f"fraudlib @ {GIT}@{B}",
            moved(FROM_GIT, f"{GIT}@{B}", "unknown", "undecided"),
            id="commit",
        ),
        pytest.param(
            FROM_GIT,
            f"fraudlib @ {GIT}@{A}",
            "fraudlib==0.3",
            moved(FROM_GIT, "0.3 (from an index)"),
            id="git to index",
        ),
        pytest.param(
            FROM_GIT,
            f"fraudlib @ {GIT}@{A}",
            f"fraudlib @ git+ssh://git@example.org/acme/fraudlib.git@{A}",
            [],
            id="reached by ssh",
        ),
        pytest.param(
            FROM_GIT,
            f"fraudlib @ {GIT}@v1",
            f"fraudlib @ {GIT}@v2",
            moved(FROM_GIT, f"{GIT}@v2", "unknown", "undecided"),
            id="another tag",
        ),
        pytest.param(
            FROM_GIT, f"fraudlib @ {GIT}@v1", f"fraudlib @ {GIT}@{A}", [], id="a tag becomes the recorded commit"
        ),
        pytest.param(
            FROM_GIT,
            f"fraudlib @ {GIT}@v1",
            f"fraudlib @ {GIT}@{B}",
            untold(FROM_GIT, f"{GIT}@{B}"),
            id="a tag becomes another commit",
        ),
        pytest.param(FROM_GIT, None, f"fraudlib @ {GIT}@{A}", [], id="no capture, same commit"),
        pytest.param(FROM_GIT, None, f"fraudlib @ {GIT}@v1", untold(FROM_GIT, f"{GIT}@v1"), id="no capture, a tag"),
        pytest.param(
            LIB,
            "fraudlib @ https://example.org/fraudlib-0.3.tar.gz",
            "fraudlib @ https://other.example.org/fraudlib-0.3.tar.gz",
            moved(LIB, "0.3 (https://other.example.org/fraudlib-0.3.tar.gz)"),
            id="another archive",
        ),
        pytest.param(
            LIB,
            "fraudlib==0.3",
            "fraudlib @ https://example.org/fraudlib-0.4.tar.gz",
            moved(LIB, "0.4 (https://example.org/fraudlib-0.4.tar.gz)", "minor", "retrain"),
            id="an archive of another version",
        ),
        pytest.param(LIB._replace(origin="local"), "fraudlib>=0.2", "fraudlib==0.3", [], id="a file of one machine"),
        pytest.param(TORCH, "torch==2.1.0+cpu", "torch==2.1.0+cu121", moved(TORCH, "2.1.0+cu121"), id="local label"),
        pytest.param(
            Package("en-core-web-sm", "3.0.0", use="imported"),
            "en_core_web_sm @ https://example.org/en_core_web_sm-3.0.0.tar.gz",
            "en_core_web_sm @ https://example.org/en_core_web_sm-3.7.0.tar.gz",
            moved(
                Package("en-core-web-sm", "3.0.0", use="imported"),
                "3.7.0 (https://example.org/en_core_web_sm-3.7.0.tar.gz)",
                "minor",
                "retrain",
            ),
            id="the version in an archive's name",
        ),
        pytest.param(TORCH, "torch==2.1.0", "torch==2.1.0", [], id="a label that was never asked for"),
    ],
)
def test_the_source(package: Package, then: str | None, head: str, expected: list[Due]) -> None:
    assert due(package, then, head) == expected


def conda(row: str) -> dict[str, str]:
    return {"environment.yml": ENVIRONMENT.format(row)}


@pytest.mark.parametrize(
    ("package", "then", "head", "expected"),
    [
        pytest.param(FROM_CONDA, "numpy=1.26.4=py311_0", "numpy=1.26.4=py311_0", [], id="same"),
        pytest.param(
            FROM_CONDA,
            "numpy=1.26.4=py311_0",
            "numpy=1.26.4=py311_1",
            moved(FROM_CONDA, "1.26.4=py311_1 (conda)", where="environment.yml:2"),
            id="another build",
        ),
        pytest.param(FROM_CONDA, "numpy=1.26.4=py311_1", "numpy=1.26.4=py311_0", [], id="the recorded build"),
        pytest.param(FROM_CONDA, "numpy=1.26.4=py311_0", "numpy==1.26.4", [], id="the build is left open"),
        pytest.param(
            NUMPY,
            "numpy=1.26.4=py311_0",
            "numpy=1.26.4=py311_1",
            moved(NUMPY, "1.26.4=py311_1 (conda)", where="environment.yml:2"),
            id="a build, recorded without one",
        ),
    ],
)
def test_the_build_of_conda(package: Package, then: str, head: str, expected: list[Due]) -> None:
    assert due(package, conda(then), conda(head)) == expected


def test_from_conda_to_an_index() -> None:
    pip = {"environment.yml": "dependencies:\n  - pip:\n    - numpy==1.26.4\n"}
    expected = moved(FROM_CONDA, "1.26.4 (from an index)", where="environment.yml:3")

    assert due(FROM_CONDA, conda("numpy=1.26.4=py311_0"), pip) == expected
    assert due(FROM_CONDA, conda("numpy>=1"), pip) == expected
    assert due(FROM_CONDA, conda("numpy==1.26.4"), pip) == expected
    assert due(FROM_CONDA, None, pip) == []


def test_a_part_of_the_repository_is_judged_as_files() -> None:
    own = LIB._replace(origin="repository:libs/fraudlib")

    assert due(own, "fraudlib @ file:libs/fraudlib", "-e libs/fraudlib") == []
    assert due(own, None, "fraudlib==0.4") == []
    assert due(own, "fraudlib==0.3", "fraudlib==0.4") == []
    assert due(own, "numpy==1.0", "numpy==2.0") == []
    assert due(own, "-e libs/fraudlib", "fraudlib==0.3") == moved(own, "0.3 (from an index)")
    assert due(LIB, "fraudlib==0.3", "./libs/fraudlib") == moved(LIB, "path:./libs/fraudlib")
    assert due(LIB, "./libs/fraudlib", "-e ./libs/fraudlib") == []
    assert due(LIB, None, "-e ./libs/fraudlib") == []


def test_a_wider_tolerance_of_the_build() -> None:
    policy = Policy(retrain=RetrainPolicy(packages=(("torch", "none"),)))

    assert due(TORCH, "torch==2.1.0+cpu", "torch==2.1.0+cu121", policy) == moved(TORCH, "2.1.0+cu121", action="retrain")
