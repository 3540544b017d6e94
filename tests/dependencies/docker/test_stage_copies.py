"""What a COPY from another stage brings: the packages that the copied place holds."""

import pytest

from lineage.dependencies.docker.dockerfile import MAX_FOLLOWED, MAX_STAGE_COPIES
from tests.support.declared import declared, refused

VENV = "FROM python:3.11 AS builder\nRUN python -m venv /opt/venv\nRUN /opt/venv/bin/pip install a==1\nFROM debian\n"
SYSTEM = "FROM python:3.11 AS builder\nRUN pip install a==1 b==2\nFROM debian\n"
PREFIX = "FROM python:3.11 AS builder\nRUN pip install --prefix=/install a==1\nFROM debian\n"
WHEELS = "FROM python:3.11 AS builder\nRUN pip wheel -w /wheels a==1\nFROM debian\n"


def names(text: str, files: dict[str, str | bytes] | None = None) -> list[str]:
    return [f"{row.name}{row.specifier}" for row in declared("Dockerfile", text, files).dependencies]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (VENV + "COPY --from=builder /opt/venv /opt/venv", ["a==1"]),
        (VENV + "COPY --from=0 /opt/venv /srv/venv", ["a==1"]),
        (VENV + "COPY --from=BUILDER --chown=x /opt /opt", ["a==1"]),
        (VENV + 'COPY --from=builder ["/opt/venv", "/opt/venv"]', ["a==1"]),
        (VENV + "COPY --from=builder /opt/venv/lib /opt/venv/lib", ["a==1"]),
        (VENV + "COPY --from=builder /opt/venv/lib/python3.11/site-packages /x", ["a==1"]),
        (VENV + "COPY --from=builder /opt/venv/lib/python3.*/site-packages/a /x/a", ["a==1"]),
        (VENV + "COPY --from=builder /opt/venv/bin /opt/venv/bin", []),
        (VENV + "COPY --from=builder /opt/other /opt/other", []),
        (VENV + "COPY --from=builder /app /app", []),
        (VENV + "COPY --from=builder /opt/venv", []),
        (VENV + "COPY --from=9 /opt/venv /opt/venv", []),
        (VENV, []),
        (SYSTEM + "COPY --from=builder /usr/local /usr/local", ["a==1", "b==2"]),
        (SYSTEM + "COPY --from=builder / /", ["a==1", "b==2"]),
        (SYSTEM + "COPY --from=builder /usr/local/lib/python3.11/site-packages/ /y/", ["a==1", "b==2"]),
        (SYSTEM + "COPY --from=builder /usr/local/lib/python3.11/site-packages/* /y/", ["a==1", "b==2"]),
        (SYSTEM + "COPY --from=builder /usr/local/lib/python3.11/site-packages/b-2.dist-info /y/", ["b==2"]),
        (SYSTEM + "COPY --from=builder /root/.local /root/.local", ["a==1", "b==2"]),
        (SYSTEM + "COPY --from=builder /home/ada /home/ada", ["a==1", "b==2"]),
        (SYSTEM + "COPY --from=builder /usr/local/bin /usr/local/bin", []),
        (SYSTEM + "COPY --from=builder /uv /bin/", []),
        (PREFIX + "COPY --from=builder /install /usr/local", ["a==1"]),
        (PREFIX + "COPY --from=builder /install/* /usr/local/", ["a==1"]),
        (PREFIX + "COPY --from=builder /install/a /usr/local/a", ["a==1"]),
        (PREFIX + "COPY --from=builder /install/share /usr/local/share", []),
        (PREFIX + "COPY --from=builder /usr/local /usr/local", []),
        (WHEELS + "COPY --from=builder /wheels /wheels", []),
        (WHEELS + "COPY --from=builder /wheels /w\nRUN pip install /w/*.whl", ["a==1"]),
        (WHEELS + "COPY --from=builder /wheels/*.whl /w/\nRUN pip install --no-index -f /w c", ["a==1", "c"]),
        (WHEELS + "RUN --mount=type=bind,from=builder,source=/wheels,target=/w pip install /w/*", ["a==1"]),
        (WHEELS + "RUN --mount=from=builder,target=/w,src=/wheels true\nRUN pip install -f /w c", ["c"]),
        (WHEELS + "RUN --mount=from=other,target=/w pip install -f https://example.org c", ["c"]),
        (WHEELS + "RUN --mount=type=bind,from=builder pip install c", ["c"]),
    ],
)
def test_what_a_copy_brings(text: str, expected: list[str]) -> None:
    assert names(f"{text}\n") == expected


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("RUN uv venv /opt/e\nENV VIRTUAL_ENV=/opt/e\nRUN uv pip install a", "/opt/e"),
        ("RUN virtualenv /opt/e\nENV PATH=/opt/e/bin:$PATH\nRUN pip install a", "/opt/e"),
        ("RUN python -m venv /opt/e && . /opt/e/bin/activate && pip install a", "/opt/e"),
        ("RUN python -m venv /opt/e && bash -c 'source /opt/e/bin/activate && pip install a'", "/opt/e"),
        ("RUN VIRTUAL_ENV=/opt/e uv pip install a", "/opt/e"),
        ("RUN uv pip install --python /opt/e/bin/python a", "/opt/e"),
        ("WORKDIR /opt\nRUN pip install --target e a", "/opt/e"),
        ("RUN conda create -p /opt/e a", "/opt/e"),
        ("RUN conda create -p /opt/e && conda activate /opt/e && pip install a", "/opt/e"),
        ("WORKDIR /srv\nCOPY uv.lock .\nRUN uv sync --frozen", "/srv/.venv"),
        ("ENV UV_PROJECT_ENVIRONMENT=/opt/e\nCOPY uv.lock .\nRUN uv sync", "/opt/e"),
        ("ENV POETRY_VIRTUALENVS_IN_PROJECT=1\nWORKDIR /srv\nCOPY poetry.lock .\nRUN poetry install", "/srv/.venv"),
        ("WORKDIR /srv\nCOPY pdm.lock .\nRUN pdm sync", "/srv/.venv"),
        ("WORKDIR /srv\nCOPY pixi.toml .\nRUN pixi install", "/srv/.pixi"),
    ],
)
def test_where_commands_install(body: str, place: str) -> None:
    uv = 'version = 1\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://example.org" }\n'
    files: dict[str, str | bytes] = {
        "uv.lock": uv,
        "poetry.lock": '[[package]]\nname = "a"\nversion = "1"\n[metadata]\nlock-version = "2.1"\n',
        "pdm.lock": '[metadata]\nlock_version = "4.5"\n[[package]]\nname = "a"\nversion = "1"\n',
        "pixi.toml": "[dependencies]\na = '1.*'\n",
    }
    text = f"FROM debian AS b\n{body}\nFROM debian\nCOPY --from=b "

    assert [name[:1] for name in names(f"{text}{place} /there\n", files)] == ["a"]
    assert names(f"{text}/elsewhere/venv /there\n", files) == []


def test_what_is_copied_in_two_steps_counts() -> None:
    text = VENV.replace("FROM debian\n", "FROM debian AS middle\nCOPY --from=builder /opt/venv /srv/env\n")

    assert names(f"{text}FROM debian\nCOPY --from=middle /srv /srv\n") == ["a==1"]
    assert names(f"{text}FROM debian\nCOPY --from=middle /opt /opt\n") == []
    assert names(f"{text}FROM middle\n") == ["a==1"]


def test_a_part_of_what_is_installed_is_unknown_where_it_has_no_name() -> None:
    found = declared("Dockerfile", VENV + "COPY --from=builder /opt/venv/lib/python3.11/site-packages/z /z\n")

    assert (found.dependencies, [one.reason for one in found.unknown]) == (
        (),
        ["Dockerfile:5 copies /opt/venv/lib/python3.11/site-packages/z, a part of what is installed there"],
    )


def test_what_is_unknown_comes_with_the_copy() -> None:
    text = "FROM debian AS b\nARG V\nRUN pip install --prefix=/p a==$V\nRUN apt-get install c=$V\nFROM debian\n"
    told = [one.subject for one in declared("Dockerfile", f"{text}COPY --from=b /p /usr\n").unknown]

    assert told == ["package:a"]
    assert declared("Dockerfile", f"{text}COPY --from=b /q /usr\n").unknown == ()


@pytest.mark.parametrize(
    ("text", "python"),
    [
        (VENV + "COPY --from=builder /opt/venv /opt/venv", ("3.11", 1)),
        (VENV.replace("debian", "python:3.12") + "COPY --from=builder /opt/venv /opt/venv", ("3.12", 4)),
        (VENV + "COPY --from=builder /opt/venv/bin /opt/venv/bin", (None, 0)),
        ("FROM debian AS b\nRUN conda create -p /e python=3.10 a\nFROM python:3.12\nCOPY --from=b /e /e", ("3.10", 2)),
        ("FROM debian\nRUN uv venv --python 3.11 /venv", ("3.11", 2)),
        ("FROM debian\nRUN uv python install cpython-3.12.1", ("3.12.1", 2)),
        ("FROM debian\nRUN uv python pin 3.12", ("3.12", 2)),
        ("FROM debian\nRUN pyenv install 3.11.7 && pyenv global 3.11.7", ("3.11.7", 2)),
        ("FROM debian\nRUN uv venv --python /usr/bin/python3", (None, 0)),
        ("FROM python:3.12\nRUN uv sync -p 3.11", ("3.11", 2)),
    ],
)
def test_which_python_the_image_has(text: str, python: tuple[str | None, int]) -> None:
    found = declared("Dockerfile", f"{text}\n")

    assert (found.python, found.python_line) == python


def test_a_python_that_a_variable_names_is_unknown() -> None:
    found = declared("Dockerfile", "FROM debian\nARG V\nRUN uv venv --python $V\n")

    assert [(one.subject, one.reason) for one in found.unknown] == [
        ("python", "Dockerfile:3 chooses a Python that a variable tells: ${V}")
    ]


def test_an_image_that_is_copied_from_is_a_part_of_the_system() -> None:
    text = "FROM debian\nCOPY --from=acme/base:1.2 /opt/venv /opt/venv\nCOPY --from=acme/uv:0.5 /uv /bin/\n"

    assert declared("Dockerfile", text).system == (("image", "debian", 1), ("image:acme/base", "1.2", 2))


def test_a_stage_that_copies_from_itself_is_told() -> None:
    text = "FROM debian AS a\nRUN pip install x\nCOPY --from=a /usr /usr\n"

    assert [one.reason for one in declared("Dockerfile", text).unknown] == [
        "Dockerfile:3 copies from stage a, which is not read"
    ]


def test_many_copies_and_stages_are_told_and_take_no_time() -> None:
    copies = "".join(f"COPY --from=builder /usr/local /{number}\n" for number in range(MAX_STAGE_COPIES + 1))
    found = declared("Dockerfile", SYSTEM + copies)
    line = 4 + MAX_STAGE_COPIES

    assert len(found.dependencies) == 2
    assert [one.reason for one in found.unknown] == [f"Dockerfile:{line} copies from stage builder, which is not read"]


def test_places_beyond_count_are_one() -> None:
    installs = "".join(f"RUN pip install --prefix=/p{number} a{number}\n" for number in range(150))
    text = f"FROM debian AS b\n{installs}FROM debian\nCOPY --from=b "

    assert len(names(f"{text}/p7 /x\n")) == 1
    assert len(names(f"{text}/usr/local /x\n")) == 50


def test_a_file_without_an_end_is_refused() -> None:
    text = "FROM debian\n" + "USER x\n" * MAX_FOLLOWED

    assert refused("Dockerfile", text) == "Dockerfile: has more than 20000 instructions"
