"""Which module reads a dependency file, by its path."""

import re

import pytest

from lineage.dependencies.forms import FORMS, MOST_BYTES, form_of, is_lock_file, lock_form_of, read
from lineage.errors import InputError


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("pyproject.toml", "pyproject"),
        ("services/api/pyproject.toml", "pyproject"),
        ("setup.cfg", "setup.cfg"),
        ("setup.py", "setup.py"),
        ("requirements.txt", "requirements"),
        ("requirements.in", "requirements"),
        ("requirement.txt", "requirements"),
        ("dev-requirements.txt", "requirements"),
        ("requirements_dev.txt", "requirements"),
        ("api.requirements.txt", "requirements"),
        ("requirements-cpu.lock.txt", "requirements"),
        ("REQUIREMENTS.TXT", "requirements"),
        ("constraints.txt", "requirements"),
        ("requirements/base.txt", "requirements"),
        ("requirements/base.in", "requirements"),
        ("deploy/reqs/gpu.txt", "requirements"),
        ("environment.yml", "environment.yml"),
        ("ops/environment-gpu.yaml", "environment.yml"),
        ("dev_environment.yml", "environment.yml"),
        ("environment3.yml", "environment.yml"),
        ("models/conda.yaml", "environment.yml"),
        ("conda-lock.yml", "conda-lock.yml"),
        ("gpu.conda-lock.yml", "conda-lock.yml"),
        ("pixi.lock", "pixi.lock"),
        ("pixi.toml", "pixi.toml"),
        ("mise.toml", "mise.toml"),
        (".mise.toml", "mise.toml"),
        ("env.yaml", "environment.yml"),
        ("test_env.yml", "environment.yml"),
        ("workflow/envs/align.yaml", "environment.yml"),
        ("model/python_env.yaml", "python_env.yaml"),
        ("ProdDockerfile", "Dockerfile"),
        ("Dockerfile", "Dockerfile"),
        ("docker/Dockerfile.gpu", "Dockerfile"),
        ("api.Dockerfile", "Dockerfile"),
        ("api/train.dockerfile", "Dockerfile"),
        ("Containerfile", "Dockerfile"),
        ("models/cog.yaml", "cog.yaml"),
        ("bentofile.yaml", "bentofile.yaml"),
        ("train.def", "Apptainer definition"),
        ("Singularity", "Apptainer definition"),
        ("images/Singularity.gpu_1.2.3", "Apptainer definition"),
        ("Apptainer.train", "Apptainer definition"),
        ("train.apptainer", "Apptainer definition"),
        (".python-version", "python-version"),
        ("runtime.txt", "python-version"),
        (".tool-versions", "python-version"),
    ],
)
def test_a_path_tells_the_form(path: str, form: str) -> None:
    found = form_of(path)

    assert found is not None and form == found.FORM


@pytest.mark.parametrize(
    "path",
    [
        "README.txt",
        "notes.in",
        "requirements.md",
        "requirements/readme.rst",
        "my_setup.pyx",
        "pyproject.toml.bak",
        "",
        "Dockerfile.dockerignore",
        "Dockerfile.j2",
        "Dockerfile-linux.template",
        "mydockerfile",
        "Singularity.md",
        "singularity-build.yml",
        "singularity_logo.png",
        "insingularity",
        "my-cog.yaml",
        ".github/workflows/conda-lock-command.yml",
        ".github/environment.yml",
        "my-conda.yml",
        "environments.yml",
    ],
)
def test_other_files_are_of_no_form(path: str) -> None:
    assert form_of(path) is None


def test_each_form_is_in_the_list_once() -> None:
    modules = [row.module for row in FORMS]

    assert len(modules) == len(set(modules))
    assert all(re.compile(row.names) for row in FORMS)


@pytest.mark.parametrize(
    ("path", "known", "read"),
    [
        ("requirements.txt", True, True),
        ("deploy/requirements-cpu.txt", True, True),
        ("dev-requirements.txt", True, True),
        ("constraints.txt", True, True),
        ("requirements.lock", True, True),
        ("requirements/base.txt", False, True),
        ("frozen.txt", False, True),
        ("requirements.in", False, True),
        ("requirements.txt/python", False, False),
        ("requirements.txt.bak", False, False),
        ("uv.lock", True, True),
        ("services/api/poetry.lock", True, True),
        ("pdm.lock", True, True),
        ("Pipfile.lock", True, True),
        ("pylock.toml", True, True),
        ("deploy/pylock.gpu.toml", True, True),
        ("conda-lock.yml", True, True),
        ("gpu.conda-lock.yaml", True, True),
        ("conda-linux-64.lock", True, True),
        ("pixi.lock", True, True),
        ("pyproject.toml", False, True),
        ("Pipfile", False, True),
        ("environment.yml", False, True),
        ("python3", False, False),
        ("", False, False),
    ],
)
def test_a_name_tells_whether_a_file_is_a_lock(path: str, known: bool, read: bool) -> None:
    assert (is_lock_file(path), lock_form_of(path) is not None) == (known, read)


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("Pipfile.lock", b'{\n"a":,}', "Pipfile.lock:2:5: is not JSON: Expecting value"),
        ("Pipfile.lock", b'"\x80"', "Pipfile.lock: is not JSON in UTF-8 that can be read"),
        ("Pipfile.lock", b"[" * 100_000, "Pipfile.lock: is not JSON in UTF-8 that can be read"),
        ("Pipfile.lock", b"{\n<<<<<<< ours\n", "Pipfile.lock:2: is a conflict marker\n  take one side whole"),
        ("conda-lock.yml", b"a: 1\n>>>>>>> theirs\n", "conda-lock.yml:2: is a conflict marker\n  take one side whole"),
    ],
)
def test_what_is_no_document_is_named(path: str, content: bytes, message: str) -> None:
    form = form_of(path)
    assert form is not None

    with pytest.raises(InputError) as caught:
        read(form, path, content, lambda _: None)

    assert str(caught.value) == message


def test_no_file_and_none_that_it_includes_is_larger_than_eight_mebibytes() -> None:
    form = form_of("requirements.txt")
    assert form is not None
    large = b"numpy==1.26.4\n" + b"#" * MOST_BYTES

    with pytest.raises(InputError, match="is larger than 8 MiB: it is not read"):
        read(form, "requirements.txt", large, lambda _: None)
    found = read(form, "requirements.txt", b"-r more.txt\nscipy==1.13.0\n", lambda _: large)

    assert [one.name for one in found.dependencies] == ["scipy"]
    assert [(one.subject, "larger than 8 MiB" in one.reason) for one in found.unknown] == [("packages", True)]
    assert len(read(form, "requirements.txt", large[:MOST_BYTES], lambda _: None).dependencies) == 1
