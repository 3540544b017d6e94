"""The proof of ``use`` for programs whose libraries are small and made here."""

import base64
import hashlib
from pathlib import Path

import pytest

from tests.programs.program import Program, read_programs
from tests.programs.proof import Proof, expected, prove
from tests.support import projects

ENGINE = b"""
import importlib.metadata


class Model:
    def __init__(self, kind, weight):
        self.kind, self.weight = kind, weight

    def predict(self, values):
        (found,) = importlib.metadata.entry_points(group="engine.kinds", name=self.kind)
        return found.load()(values) * self.weight
"""
PLUGIN = b"import adder\n\n\ndef total(values):\n    return adder.add(values)\n"
ADDER = b"def add(values):\n    return sum(values)\n"
TRACKER = b"def log(text):\n    print(text)\n"
USES = {
    "light_workers": {"weights": 1, "served": 2, "present": 81},
    "plain_pickle": {"imported": 1, "present": 83},
    "plugin": {"weights": 1, "served": 2, "imported": 1, "present": 80},
}


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library, a plugin of it that needs another library, a tracker, and much that nobody uses."""
    environment = projects.make_environment(tmp_path_factory.mktemp("light") / "train", packages=())
    site = projects.site_packages(environment)
    projects.install(site, "engine", "1.0", content=ENGINE)
    projects.install(site, "engine-plugin", "2.0", requires=("engine", "adder"), content=PLUGIN)
    entry = {"engine_plugin-2.0.dist-info/entry_points.txt": b"[engine.kinds]\nsum = engine_plugin:total\n"}
    projects.write(site, entry)
    with (site / "engine_plugin-2.0.dist-info/RECORD").open("a") as record:
        record.writelines(f"{path},{_hashed(content)},{len(content)}\n" for path, content in entry.items())
    projects.install(site, "adder", "0.1", content=ADDER)
    projects.install(site, "tracker", "3.0", content=TRACKER)
    for number in range(80):
        projects.install(site, f"idle{number}", "1.0")
    return environment


def _hashed(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


@pytest.mark.parametrize("program", read_programs("light"), ids=lambda one: one.name)
def test_the_uses_are_enough_and_needed(
    program: Program, light: Path, proofs: dict[str, Proof], tmp_path: Path
) -> None:
    proof = proofs[program.name] = prove(program, light, tmp_path)
    assert (proof.outcome, proof.uses) == (expected(program), USES[program.name])
