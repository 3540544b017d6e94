"""The order of a retraining."""

from dataclasses import replace

import pytest

from lineage.errors import InputError
from lineage.model.manifest import StoredManifest
from lineage.model.retraining import Job, Wanted
from lineage.retraining.plan import ordered, reads
from tests.support.checked import manifest

DIGEST = f"sha256:{'0' * 64}"


def stored(name: str, *inputs: str, weights: str | None = None) -> StoredManifest:
    made = manifest(name, {}, inputs=dict.fromkeys(inputs, DIGEST))
    made = made if weights is None else replace(made, weights=(replace(made.weights[0], path=weights),))
    return StoredManifest(manifest=made, id=DIGEST, path=f"{name}.pkl.lineage.toml")


def job(*models: StoredManifest) -> Job:
    return Job(models=tuple(Wanted(stored=one) for one in models))


@pytest.mark.parametrize(
    ("path", "is_read"),
    [
        ("m/a.pkl.lineage.toml", True),
        ("m/a.pkl", True),
        ("m", True),
        ("m/a.pkl.bak", False),
        ("m/b.pkl", False),
        ("data/m/a.pkl", False),
    ],
)
def test_a_model_reads_another(path: str, is_read: bool) -> None:
    assert reads(stored("z", path), stored("m/a")) is is_read


def test_a_file_of_weights_that_are_a_directory_is_read_too() -> None:
    assert reads(stored("z", "bert/config.json"), stored("bert", weights="bert"))


def test_a_model_that_is_trained_further_is_not_made_from_another() -> None:
    assert not reads(stored("a", "a.pkl"), stored("a", "a.pkl"))


def test_inputs_come_first_then_names() -> None:
    first, second, third = stored("z/first"), stored("b", "z/first.pkl"), stored("a", "b.pkl.lineage.toml")
    other = stored("c")
    found = ordered([job(one) for one in (third, second, other, first)])
    assert [(one.names, one.needs) for one in found] == [
        ("c", ()),
        ("z/first", ()),
        ("b", ("z/first.pkl.lineage.toml",)),
        ("a", ("b.pkl.lineage.toml",)),
    ]


def test_models_of_one_command_may_read_each_other() -> None:
    both = job(stored("a", "b.pkl"), stored("b", "a.pkl"))
    assert ordered([both]) == (both,)


def test_a_circle_is_named() -> None:
    with pytest.raises(InputError) as caught:
        ordered([job(stored("a", "b.pkl")), job(stored("b", "a.pkl")), job(stored("c"))])
    assert str(caught.value) in {
        f"models are made from each other: {names}\n"
        "  capture the one that is not made from the other again, or retrain them one by one"
        for names in ("a → b → a", "b → a → b")
    }
