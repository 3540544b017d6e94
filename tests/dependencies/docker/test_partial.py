"""What can be read of a requirement with a variable that has no value."""

import pytest

from lineage.dependencies.docker.partial import readable_part
from tests.support.declared import declared


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch==2.1.0+${CUDA}", "torch==2.1.0"),
        ("torch == 2.1.0+cu${CUDA}", "torch==2.1.0"),
        ("a==1.2.${PATCH}", "a==1.2.*"),
        ("a==1.2${PATCH}", None),
        ("a==${V}", None),
        ("a===${V}", None),
        ("a>=1.${V}", None),
        ("a>=2,<${V}", "a>=2"),
        ("a[${X}]==2", "a==2"),
        ("a[x]==2+${V}", "a[x]==2"),
        ("a==2;python_version<'${V}'", "a==2"),
        ("a==2+${V};python_version<'4'", "a==2;python_version<'4'"),
        ("a==2,=${V}", "a==2,=${V}"),
        ("a${V}==2", None),
        ("${V}", None),
        ("git+https://example.org/${V}", None),
    ],
)
def test_the_readable_part(text: str, expected: str | None) -> None:
    assert readable_part(text) == expected


def test_the_rest_of_a_row_is_judged_and_the_variable_told() -> None:
    found = declared("Dockerfile", "FROM debian\nARG L\nRUN pip install torch==2.1.0+${L} nixl-cu${L}==1\n")

    assert [(row.name, row.version) for row in found.dependencies] == [("torch", "2.1.0")]
    told = "Dockerfile:3 installs what a variable or another command tells"
    assert [(one.subject, one.reason) for one in found.parts] == [("package:torch", f"{told}: torch==2.1.0+${{L}}")]
    assert [(one.subject, one.reason) for one in found.unknown] == [("packages", f"{told}: nixl-cu${{L}}==1")]
