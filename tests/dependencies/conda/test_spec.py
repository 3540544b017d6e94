"""What one line of conda asks for, in the notations that conda's documentation lists."""

import pytest
from packaging.markers import Marker

from lineage.dependencies.conda.spec import MARKERS, Spec, parse_archive, parse_spec, python_of
from lineage.errors import InputError


def exact(version: str, written: str, label: str = "", clause: str = "==") -> Spec:
    return Spec(name="numpy", version=version, specifier=f"{clause}{version}", written=written, label=label)


def ranged(specifier: str, written: str, label: str = "") -> Spec:
    return Spec(name="numpy", specifier=specifier, written=written, label=label)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("numpy", Spec(name="numpy")),
        (" NumPy ", Spec(name="numpy")),
        ("numpy *", ranged("", "*")),
        ("numpy=1.26.4", exact("1.26.4", "=1.26.4")),
        ("numpy = 1.26.4", exact("1.26.4", "=1.26.4")),
        ("numpy==1.26.4", exact("1.26.4", "==1.26.4")),
        ("numpy==1.26", exact("1.26", "==1.26")),
        ("numpy 1.26", exact("1.26", "1.26")),
        ("numpy=1.26.4=py311h_0", exact("1.26.4", "=1.26.4=py311h_0", "py311h_0")),
        ("numpy==1.26.4=py311h_0", exact("1.26.4", "==1.26.4=py311h_0", "py311h_0")),
        ("numpy=1.26=py311h_0", exact("1.26", "=1.26=py311h_0", "py311h_0")),
        ("numpy 1.26.4 py311h_0", exact("1.26.4", "1.26.4 py311h_0", "py311h_0")),
        ("numpy=1.26.4=*", exact("1.26.4", "=1.26.4=*")),
        ("numpy=1.1.1w", exact("1.1.1w", "=1.1.1w", clause="===")),
        ("numpy=2024a", exact("2024a", "=2024a")),
        ("numpy=1.26", ranged("==1.26.*", "=1.26")),
        ("numpy=1", ranged("==1.*", "=1")),
        ("numpy=1.26.*", ranged("==1.26.*", "=1.26.*")),
        ("numpy 1.26.*", ranged("==1.26.*", "1.26.*")),
        ("numpy==1.26.*", ranged("==1.26.*", "==1.26.*")),
        ("numpy=1.26*", ranged("==1.26.*", "=1.26*")),
        ("numpy>=1.20,<2", ranged("<2,>=1.20", ">=1.20,<2")),
        ("numpy >=1.20, <2", ranged("<2,>=1.20", ">=1.20,<2")),
        ("numpy>=1.20,*", ranged(">=1.20", ">=1.20,*")),
        ("numpy=1.20,<1.26", ranged("<1.26,==1.20.*", "=1.20,<1.26")),
        ("numpy==1.26.4,<2", ranged("<2,==1.26.4", "==1.26.4,<2")),
        ("numpy~=1.26", ranged("~=1.26", "~=1.26")),
        ("numpy!=1.26.*", ranged("!=1.26.*", "!=1.26.*")),
        ("numpy>=1.26.*", ranged(">=1.26", ">=1.26.*")),
        ("numpy>=1.26 *_mkl", ranged(">=1.26", ">=1.26", "*_mkl")),
        ("numpy=*=*mkl", ranged("", "=*", "*mkl")),
        ("conda-forge::numpy=1.26.4", exact("1.26.4", "=1.26.4")),
        ("conda-forge/linux-64::numpy", Spec(name="numpy")),
        ("defaults:numpy>=1", ranged(">=1", ">=1")),
        ("numpy[version='>=1.20, <2', build=\"py*\", channel=x]", ranged("<2,>=1.20", ">=1.20,<2", "py*")),
        ("numpy[all]>=1.26", ranged(">=1.26", ">=1.26")),
        ("numpy[version=1.26]", exact("1.26", "1.26")),
        ("https://example.org/linux-64/numpy-1.26.4-py311h_0.conda#0123", exact("1.26.4", "", "py311h_0")),
        ("_numpy=1=main_0", exact("1", "=1=main_0", "main_0")),
    ],
)
def test_a_spec_is_read(text: str, expected: Spec) -> None:
    assert parse_spec(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no conda spec: ''"),
        ("=1.2", "is no conda spec: '=1.2'"),
        ("__", "is no conda spec: '__'"),
        ("a[version='1]", 'is no conda spec: "a[version=\'1]"'),
        ("a[b c]", "is no conda spec: 'a[b c]'"),
        ("a@b", "is no conda spec: 'a@b'"),
        ("a b c d", "has a build that is none: 'a b c d'"),
        ("a=1|2", "has alternatives, which no specifier can say: 'a=1|2'"),
        ("a>=1,", "has a version that cannot be read: 'a>=1,'"),
        ("a>=1.1.1w9x", "has a version that cannot be read: 'a>=1.1.1w9x'"),
        ("a" * 1025, "is a spec of more than 1024 characters"),
        ("https://ada:secret@example.org/numpy", "is no package of conda: 'numpy'"),
        ("https://example.org/_-1-0.conda", "is no package of conda: '_-1-0.conda'"),
    ],
)
def test_a_spec_that_cannot_be_read_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_spec(text)

    assert str(caught.value) == message


def test_an_archive_tells_name_version_and_build() -> None:
    address = "https://example.org/c/noarch/python-dateutil-2.9.0-pyhd8ed1ab_0.tar.bz2"

    assert parse_archive(address) == Spec(
        name="python-dateutil", version="2.9.0", specifier="==2.9.0", label="pyhd8ed1ab_0"
    )


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("python", None),
        ("python=3.11", "3.11"),
        ("python 3.11.*", "3.11"),
        ("python=3.11.7", "3.11.7"),
        ("python==3.11", "3.11"),
        ("python >=3.10, <3.13", ">=3.10,<3.13"),
        ("python 3.14.* *_cp314t", "3.14t"),
        ("python=3.14.0=h_100_cp314t", "3.14.0t"),
        ("python=3.14.0=h_100_cp314", "3.14.0"),
    ],
)
def test_a_python_is_told_as_people_say_it(text: str, python: str | None) -> None:
    assert python_of(parse_spec(text)) == python


def test_the_markers_of_platforms_are_spelled_as_packaging_spells_them() -> None:
    markers = {name: marker for name, marker in MARKERS.items() if marker}

    assert {name: str(Marker(marker)) for name, marker in markers.items()} == markers
    assert len(set(markers.values())) == len(markers) == len(MARKERS) - 1
