"""Where the policy and the weights of a project are looked for: its repository, else what a CI provider names."""

from pathlib import Path

import pytest

from lineage.config import load_policy, project_root
from lineage.errors import InputError
from tests.support import projects


def test_the_repository_comes_first(tmp_path: Path) -> None:
    projects.git(tmp_path, "init", "--quiet", "code")
    (tmp_path / "code" / "models").mkdir()

    found = project_root(tmp_path / "code" / "models", {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(tmp_path)})

    assert found == tmp_path / "code"


def test_a_provider_s_directory_counts_only_around_the_place(tmp_path: Path) -> None:
    (tmp_path / "code" / "models").mkdir(parents=True)
    (tmp_path / "link").symlink_to("code")
    job = {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(tmp_path / "link")}

    assert project_root(tmp_path / "code" / "models", job) == (tmp_path / "code").resolve()
    assert project_root(tmp_path / "code", job) == (tmp_path / "code").resolve()
    assert project_root(tmp_path, job) is None
    assert project_root(tmp_path / "code", {**job, "GITLAB_CI": ""}) is None
    assert project_root(tmp_path / "code", {**job, "CI_PROJECT_DIR": ""}) is None


def test_two_providers_must_name_one_directory(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    (root / "code").mkdir()
    job = {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(root / "code"), "JENKINS_URL": "x"}

    assert project_root(root / "code", {**job, "WORKSPACE": str(root / "other")}) == root / "code"
    assert project_root(root / "code", {**job, "WORKSPACE": f"{root}/code/"}) == root / "code"
    with pytest.raises(InputError) as refused:
        project_root(root / "code", {**job, "WORKSPACE": str(root)})

    assert str(refused.value) == (
        f"two CI providers name the directory, and differ: GitLab CI {root}/code, Jenkins {root}\n"
        "  unset the variable of the one that does not run this job: GITLAB_CI or JENKINS_URL"
    )


@pytest.mark.parametrize("name", ["lineage.toml", "pyproject.toml"])
def test_a_policy_that_is_a_link_to_nothing_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).symlink_to("gone.toml")

    with pytest.raises(InputError) as caught:
        load_policy(tmp_path)

    assert (caught.value.message, caught.value.where) == ("there is no such policy", str(tmp_path / name))
