"""What is kept beside a run of how its models are to be captured."""

from pathlib import Path

import pytest

from lineage.errors import InputError
from lineage.model.retraining import Renewal
from lineage.running.kept_runs import keep_renewals, kept_renewals


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    renewals = (
        Renewal(paths=("m/a.pkl", "m/a.json"), manifest="m/a.lineage.toml", name="a", reasons=("é → b",), metrics="x"),
        Renewal(paths=("m/b\udcff.pkl",), manifest="m/b.lineage.toml", name="b", params="p.yaml"),
    )
    keep_renewals(tmp_path, renewals)
    assert kept_renewals(tmp_path) == renewals


def test_a_run_that_is_no_retraining_keeps_nothing(tmp_path: Path) -> None:
    assert kept_renewals(tmp_path) == ()


@pytest.mark.parametrize("content", ["{", "[1]", '[{"paths": []}]', "null"])
def test_what_cannot_be_read_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "renewals.json").write_text(content)
    with pytest.raises(InputError) as caught:
        kept_renewals(tmp_path)
    assert caught.value.where == str(tmp_path / "renewals.json")
    assert caught.value.message.startswith("the record of the retraining cannot be read: ")
    assert caught.value.hint == "retrain again, or capture the weights with lineage capture PATH"
