"""hooks/ and templates/ travel with the package: readable from a built wheel and from an editable install."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from lineage.errors import StoreError
from lineage.system.resources import KINDS, resource
from tests.support.projects import SOURCE, python_of, site_packages

SHIPPED = sorted(
    (kind, path.name) for kind in KINDS for path in (SOURCE / kind).iterdir() if not path.name.startswith(".")
)

_READ = """
import json, sys
from lineage.system.resources import resource
import lineage
found = {f"{kind}/{name}": resource(kind, name).hex() for kind, name in json.loads(sys.argv[1])}
print(json.dumps({"from": lineage.__file__, "found": found}))
"""


def test_there_is_something_to_ship() -> None:
    assert {kind for kind, _ in SHIPPED} == set(KINDS)


@pytest.mark.parametrize("build", ["build_wheel", "build_editable"])
def test_every_file_is_readable_from_an_installation(build: str, tmp_path: Path) -> None:
    venv.EnvBuilder(with_pip=False, symlinks=True).create(tmp_path / "env")
    question = "import sys; from hatchling import build; print(getattr(build, sys.argv[1])(sys.argv[2]))"
    built = subprocess.run(
        [sys.executable, "-c", question, build, str(tmp_path)], cwd=SOURCE, check=True, capture_output=True, text=True
    )
    wheel = tmp_path / built.stdout.split()[-1]
    subprocess.run(
        [sys.executable, "-m", "zipfile", "-e", str(wheel), str(site_packages(tmp_path / "env"))], check=True
    )
    ended = subprocess.run(
        [str(python_of(tmp_path / "env")), "-c", _READ, json.dumps(SHIPPED)],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    answer = json.loads(ended.stdout)
    installed = Path(answer["from"]).is_relative_to(tmp_path)
    assert installed == (build == "build_wheel")
    assert answer["found"] == {f"{kind}/{name}": (SOURCE / kind / name).read_bytes().hex() for kind, name in SHIPPED}


def test_a_file_that_is_not_shipped_is_named() -> None:
    with pytest.raises(StoreError) as caught:
        resource("templates", "nothing.yml")
    message = "templates/nothing.yml: is missing from this installation\n  install model-lineage again"
    assert str(caught.value) == message
