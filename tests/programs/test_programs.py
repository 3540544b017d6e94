"""The proof of ``use`` for programs with real libraries, in large environments."""

from pathlib import Path

import pytest

from tests.programs.environments import REQUIREMENTS, large_environment
from tests.programs.program import Program, read_programs
from tests.programs.proof import Proof, expected, prove

LARGE = 80
"""distributions, from which on at most a quarter may count as used"""

PROGRAMS = read_programs(*REQUIREMENTS)

TOO_MANY = {
    "keras": "Keras imports pandas, scikit-learn, Pillow, rich and more wherever they are installed",
    "mlflow_directory": "MLflow itself loads the model, and three dozen others with it",
    "sklearn_pipeline": "what a tracker requires counts as required though it serves nothing",
}
"""Programs that use more than a quarter, and why."""

each_program = pytest.mark.parametrize("program", PROGRAMS, ids=lambda one: one.name)


@pytest.fixture
def proof(program: Program, proofs: dict[str, Proof], tmp_path: Path) -> Proof:
    if program.name not in proofs:
        proofs[program.name] = prove(program, large_environment(program.environment), tmp_path)
    return proofs[program.name]


def test_there_are_enough_programs() -> None:
    assert len(PROGRAMS) >= 24


@pytest.mark.slow
@each_program
def test_the_uses_are_enough_and_needed(program: Program, proof: Proof) -> None:
    assert proof.outcome == expected(program)


def _marked(program: Program) -> object:
    reason = TOO_MANY.get(program.name)
    return pytest.param(program, marks=pytest.mark.xfail(reason=reason, raises=AssertionError)) if reason else program


@pytest.mark.slow
@pytest.mark.parametrize("program", [_marked(one) for one in PROGRAMS], ids=lambda one: one.name)
def test_at_most_a_quarter_is_used(program: Program, proof: Proof) -> None:
    assert proof.installed >= LARGE
    assert proof.used * 4 <= proof.installed
