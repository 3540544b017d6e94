"""bentofile.yaml by meaning."""

import pytest

from lineage.model.declarations import Declarations, Dependency
from lineage.portable.environment import Unknown
from tests.support.declared import declared, refused

WHOLE = """\
service: "service:svc"
python:
  packages:
    - scikit-learn==1.0.2
    - pandas
  wheels: ["./libs/fraud-1.0-py3-none-any.whl"]
  requirements_txt: "./requirements.txt"
  lock_packages: false
docker:
  base_image: python:3.11-slim
  cuda_version: 11.6.2
  python_version: "3.12.2"
  system_packages:
    - libgomp1
  setup_script: ./setup.sh
conda:
  channels: [conda-forge]
  dependencies:
    - a=1.2.3
    - pip:
      - b==2
"""


def exact(name: str, version: str, line: int, **fields: object) -> Dependency:
    return Dependency(name=name, version=version, specifier=f"=={version}", written=f"=={version}", line=line, **fields)  # type: ignore[arg-type]


def test_a_whole_file() -> None:
    files = {"requirements.txt": "scipy==1.11\n", "setup.sh": "#!/bin/bash\npip install late==3\n"}

    assert declared("bentofile.yaml", WHOLE, files) == Declarations(
        path="bentofile.yaml",
        form="bentofile.yaml",
        dependencies=(
            Dependency(name="a", version="1.2.3", specifier="==1.2.3", written="=1.2.3", line=19, manager="conda"),
            exact("b", "2", 21),
            Dependency(name="fraud", version="1.0", origin="path:./libs/fraud-1.0-py3-none-any.whl", line=6),
            exact("late", "3", 15),
            Dependency(name="pandas", line=5),
            exact("scikit-learn", "1.0.2", 4),
            exact("scipy", "1.11", 1, file="requirements.txt"),
        ),
        python="3.12.2",
        python_line=12,
        system=(("apt:libgomp1", "", 14), ("cuda", "11.6.2", 11), ("image", "python:3.11-slim", 10)),
        files=("bentofile.yaml", "requirements.txt", "setup.sh"),
    )


@pytest.mark.parametrize(
    ("text", "rows", "python"),
    [
        ("conda:\n  environment_yml: env/e.yml\n", ["a==1.2.3"], ("3.10", 2)),
        ("conda:\n  dependencies:\n  - python=3.9\n  pip: [c==1]\n", ["c==1"], ("3.9", 3)),
        ("docker:\n  base_image: python:3.11\n", [], ("3.11", 2)),
        ("docker:\n  base_image: debian\n", [], (None, 0)),
        ("docker:\n  setup_script: plain.sh\n", ["d==4"], (None, 0)),
        ("service: x\n", [], (None, 0)),
        ("", [], (None, 0)),
    ],
)
def test_conda_and_docker(text: str, rows: list[str], python: tuple[str | None, int]) -> None:
    files = {"env/e.yml": "dependencies: [python=3.10, a=1.2.3]\n", "plain.sh": "pip install d==4\n"}
    found = declared("bentofile.yaml", text, files)

    assert [f"{row.name}{row.specifier}" for row in found.dependencies] == rows
    assert (found.python, found.python_line, found.unknown) == (*python, ())


@pytest.mark.parametrize(
    ("text", "subject", "reason"),
    [
        ("python:\n  requirements_txt: r.txt\n", "packages", "reads r.txt, which does not exist"),
        ("conda:\n  environment_yml: e.yml\n", "packages", "reads e.yml, which does not exist"),
        (
            "conda:\n  environment_yml: bad.yml\n",
            "packages",
            "reads bad.yml: dependencies: is not a list (bad.yml)",
        ),
        ("docker:\n  setup_script: s.py\n", "packages", "runs s.py, which is no script of a shell that is there"),
        ("docker:\n  setup_script: n.sh\n", "packages", "runs n.sh, which is no script of a shell that is there"),
        ("docker:\n  dockerfile_template: t.j2\n", "packages", "is built by the template t.j2, which is not read"),
    ],
)
def test_what_cannot_be_read_is_unknown(text: str, subject: str, reason: str) -> None:
    files = {"s.py": "#!/usr/bin/env python\n", "bad.yml": "dependencies: 1\n"}

    assert declared("bentofile.yaml", text, files).unknown == (Unknown(subject, f"bentofile.yaml:2 {reason}"),)


def test_another_shape_is_refused() -> None:
    message = "bentofile.yaml: python: is not a table\n  write it as BentoML's documentation of build options says"

    assert refused("bentofile.yaml", "python: [1]\n") == message
