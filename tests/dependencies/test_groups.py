"""What a group of dependencies is for, by its name or by the name of its file."""

import pytest

from lineage.dependencies.groups import group_of, group_of_extra, group_of_file


@pytest.mark.parametrize(
    ("name", "group", "extra"),
    [
        ("main", "main", "extra:main"),
        ("default", "main", "extra:default"),
        ("dev", "dev", "dev"),
        ("Dev_Dependencies", "dev", "dev"),
        ("lint", "dev", "dev"),
        ("pre_commit", "dev", "dev"),
        ("type.check", "dev", "dev"),
        ("notebook", "dev", "extra:notebook"),
        ("security", "dev", "extra:security"),
        ("typing", "dev", "dev"),
        ("backend-dev", "dev", "dev"),
        ("test", "test", "test"),
        ("Testing", "test", "test"),
        ("test-gpu", "test", "test"),
        ("documentation", "docs", "docs"),
        ("gpu-docs", "docs", "docs"),
        ("build", "build", "build"),
        ("build-gpu", "build-gpu", "extra:build-gpu"),
        ("latest-model", "latest-model", "extra:latest-model"),
        ("Train.GPU", "train-gpu", "extra:train-gpu"),
        ("", "", "extra:"),
    ],
)
def test_a_name_tells_the_group(name: str, group: str, extra: str) -> None:
    assert (group_of(name), group_of_extra(name)) == (group, extra)


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("requirements.txt", "main"),
        ("requirements.in", "main"),
        ("services/api/requirements.txt", "main"),
        ("requirements-dev.txt", "dev"),
        ("requirements_dev.in", "dev"),
        ("requirements.dev.txt", "dev"),
        ("dev-requirements.txt", "dev"),
        ("DEV-requirements.TXT", "dev"),
        ("requirements-dev.txt.in", "dev"),
        ("requirements-gpu-dev.txt", "dev"),
        ("requirements-pre-commit.txt", "dev"),
        ("requirements/local.txt", "dev"),
        ("requirements/release.txt", "main"),
        ("requirements/dev.pip", "dev"),
        ("requirements/test.in", "test"),
        ("requirements/tests.txt", "test"),
        ("test-requirements.txt", "test"),
        ("tests/requirements.txt", "test"),
        ("tests/requirements/base.txt", "test"),
        ("tests/requirements-dev.txt", "dev"),
        ("docs/requirements.txt", "docs"),
        ("Docs/source/requirements.txt", "docs"),
        ("requirements-docs.in", "docs"),
        ("requirements-build.txt", "build"),
        ("requirements/base.txt", "main"),
        ("requirements/main.txt", "main"),
        ("requirements-gpu.txt", "main"),
        ("requirements-latest.txt", "main"),
        ("deploy/dev/requirements.txt", "main"),
        ("latest/requirements.txt", "main"),
        ("pylock.dev.toml", "dev"),
        ("pylock.toml", "main"),
        ("environment-test.yml", "test"),
        ("constraints.txt", "main"),
    ],
)
def test_the_name_of_a_file_tells_the_group(path: str, group: str) -> None:
    assert group_of_file(path) == group
