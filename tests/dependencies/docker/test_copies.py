"""Where a file that is named in an image comes from in the repository."""

import pytest

from lineage.dependencies.docker.copies import Context, Copy, copies_of, mounts_of

FILES = {"requirements.txt": b"root", "api/requirements.txt": b"api", "reqs/base.txt": b"base", "api/gpu.txt": b"gpu"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["a.txt", "/x/"], (Copy("a.txt", "/x"),)),
        (["./a.txt", "/b", "."], (Copy("a.txt", "/app"), Copy("b", "/app"))),
        (["--chown=x", ".", "src"], (Copy(".", "/app/src"),)),
        (["--from=builder", "/a", "/b"], ()),
        (["a"], ()),
    ],
)
def test_a_copy(words: list[str], expected: tuple[Copy, ...]) -> None:
    assert copies_of(words, "/app") == expected


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("--mount=type=bind,source=a.txt,target=/x/a.txt", (Copy("a.txt", "/x/a.txt"),)),
        ("--mount=src=a.txt,dst=a.txt", (Copy("a.txt", "/app/a.txt"),)),
        ("--mount=type=bind,destination=/src", (Copy(".", "/src"),)),
        ("--mount=type=bind,from=builder,source=a,target=b", ()),
        ("--mount=type=cache,target=/var/cache/pip", ()),
        ("--mount=type=bind", ()),
    ],
)
def test_a_mount(flag: str, expected: tuple[Copy, ...]) -> None:
    assert mounts_of([flag], "/app") == expected


@pytest.mark.parametrize(
    ("path", "name", "copies", "expected"),
    [
        ("Dockerfile", "requirements.txt", [], "requirements.txt"),
        ("api/Dockerfile", "requirements.txt", [], "api/requirements.txt"),
        ("api/Dockerfile", "/app/gpu.txt", [Copy("gpu.txt", "/app")], "api/gpu.txt"),
        ("api/Dockerfile", "base.txt", [Copy("reqs/base.txt", "/app")], "reqs/base.txt"),
        ("api/Dockerfile", "base.txt", [Copy("reqs", "/app")], "reqs/base.txt"),
        ("api/Dockerfile", "base.txt", [Copy("reqs/*.txt", "/app")], "reqs/base.txt"),
        ("api/Dockerfile", "sub/r/base.txt", [Copy("reqs", "/app/sub/r")], "reqs/base.txt"),
        ("api/Dockerfile", "/tmp/r.txt", [Copy("gpu.txt", "/tmp/r.txt")], "api/gpu.txt"),
        (
            "Dockerfile",
            "/tmp/r.txt",
            [Copy("api/gpu.txt", "/tmp/r.txt"), Copy("reqs/base.txt", "/tmp/r.txt")],
            "reqs/base.txt",
        ),
        ("docker/Dockerfile", "api/gpu.txt", [Copy(".", "/app")], "api/gpu.txt"),
        ("Dockerfile", "requirements.txt", [Copy("${X}/requirements.txt", "/app/requirements.txt")], None),
        ("docker/Dockerfile", "/x/gpu.txt", [Copy("reqs", "/x")], None),
        ("docker/Dockerfile", "../../../etc/passwd", [], None),
        ("docker/Dockerfile", ".", [], None),
    ],
)
def test_a_file_is_found(path: str, name: str, copies: list[Copy], expected: str | None) -> None:
    found = Context(path, FILES.get).find(name, "/app", copies)

    assert found == (None if expected is None else (expected, FILES[expected]))


def test_only_so_many_files_are_asked_for() -> None:
    asked: list[str] = []

    def include(path: str) -> None:
        asked.append(path)

    context = Context("a/b/Dockerfile", include)
    copies = [Copy(f"x{number}", "/app") for number in range(400)]

    assert context.find("r.txt", "/app", copies) is None
    assert context.find("s.txt", "/app", copies) is None
    assert len(asked) == 500
