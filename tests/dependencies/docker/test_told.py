"""The marks of what a Dockerfile installs by variables, loops, outputs and files: other where what tells it moved."""

from collections.abc import Mapping

import pytest

from tests.support.declared import declared


def marks(text: str, files: Mapping[str, str | bytes] | None = None) -> list[tuple[str, str]]:
    found = declared("Dockerfile", f"FROM python:3.11.7\n{text}\n", files)
    return [(one.subject, one.mark) for one in (*found.unread(), *found.parts)]


@pytest.mark.parametrize(
    ("first", "same", "other"),
    [
        (
            "ARG L\nRUN pip install torch${L} scipy==1",
            "ARG L\nRUN apt-get update && pip install -U torch${L} scipy==2",
            "ARG L\nRUN pip install torch-x${L} scipy==1",
        ),
        (
            "RUN V=$(cat v) && pip install numpy==$V",
            "RUN W=$(cat w) && V=$(cat v) && pip install numpy==$V",
            "RUN V=$(cat w) && pip install numpy==$V",
        ),
        (
            "ENV A=$(x) B=$A\nRUN pip install $B",
            "ENV A=$(x) B=$A\nENV C=1\nRUN pip install $B",
            "ENV A=$(y) B=$A\nRUN pip install $B",
        ),
        ("RUN pip install $(cat a)", "RUN pip install $(cat a) -q", "RUN pip install $(cat b)"),
        ("RUN cat a | xargs pip install", "RUN cat a  | xargs pip install", "RUN cat b | xargs pip install"),
        (
            "RUN curl https://x.org/1 -o r.in\nRUN pip install -r r.in",
            "RUN curl https://x.org/1 -o r.in\nRUN rm x\nRUN pip install -r r.in",
            "RUN curl https://x.org/2 -o r.in\nRUN pip install -r r.in",
        ),
        ("RUN pip install *.whl", "RUN pip install  *.whl -q", "RUN pip install a/*.whl"),
        ("RUN apt-get install libc=${V}", "RUN apt-get install -y libc=${V}", "RUN apt-get install libc=1${V}"),
        ("RUN pip install -e $D", "RUN pip install -e $D # x", "RUN pip install -e ./x/$D"),
        (
            'RUN ["pip", "install", "/x/*.whl"]',
            'RUN ["pip",  "install", "/x/*.whl"]',
            'RUN ["pip", "install", "/y/*.whl"]',
        ),
    ],
)
def test_what_tells_it_is_its_text(first: str, same: str, other: str) -> None:
    assert marks(first) == marks(same) != marks(other)
    assert len(marks(first)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "COPY reqs.txt .\nRUN pip install $(cat reqs.txt)",
        "COPY . .\nRUN cat reqs.txt | xargs pip install",
        "COPY . .\nRUN while read p; do pip install $p; done < reqs.txt",
    ],
)
def test_a_file_that_is_read_by_a_command_counts(text: str) -> None:
    moved = [marks(text, {"reqs.txt": f"numpy=={version}"}) for version in ("1", "1", "2")]
    assert moved[0] == moved[1] != moved[2]
    assert declared("Dockerfile", f"FROM x\n{text}\n", {"reqs.txt": ""}).files == ("Dockerfile", "reqs.txt")


def test_a_list_that_cannot_be_read_is_marked_by_its_bytes() -> None:
    text = "COPY r.txt .\nRUN pip install -r r.txt"
    moved = [marks(text, {"r.txt": content}) for content in (b"\xff1", b"\xff1", b"\xff2")]
    assert moved[0] == moved[1] != moved[2]


def test_variables_without_end_are_told_by_all_texts() -> None:
    chain = "\n".join(f"ENV V{n}=$(x) W{n}=$V{n + 1}$W{n + 1}" for n in range(40))
    first, other = (marks(f"{chain}\n{last}\nRUN pip install $W0") for last in ("ENV V41=$(a)", "ENV V41=$(b)"))
    assert first != other


def test_work_is_bounded() -> None:
    many = " ".join(f"${{V{n}}}" for n in range(3_000))
    assert len(marks("\n".join(f"ENV W{n}=$(x)" for n in range(2_000)) + f"\nRUN pip install {many}")) == 3_000
