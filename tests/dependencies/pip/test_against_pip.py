"""Our reader of requirements files against pip's own, which pip-tools brings: on generated files and a nasty one."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from pip._internal.exceptions import PipError
from pip._internal.network.session import PipSession
from piptools._compat import parse_requirements as read_by_pip

from lineage.dependencies.pip.reading import parse_requirements
from lineage.errors import InputError
from tests.support.generated import NAMES, VERSIONS, hexadecimal

Seen = dict[str, Any]
HEX = "0123456789abcdef" * 4


def ours(root: Path) -> list[Seen]:
    def read(path: str) -> bytes | None:
        return (root / path).read_bytes() if (root / path).is_file() else None

    found = parse_requirements((root / "requirements.txt").read_bytes(), "requirements.txt", read)
    return [
        {
            "where": f"{row.file}:{row.line}",
            "name": row.name,
            "specifier": SpecifierSet(row.specifier),
            "extras": set(row.extras),
            "marker": row.marker,
            "hashes": set(row.hashes),
            "editable": row.is_editable,
            "constraint": row.is_constraint,
            "from elsewhere": row.address is not None,
        }
        for row in found.rows
    ]


def pip_s(root: Path) -> list[Seen]:
    rows = []
    for one in read_by_pip(str(root / "requirements.txt"), session=PipSession()):
        match = re.fullmatch(r"(-[rc]) (.*) \(line (\d+)\)", str(one.comes_from))
        assert match is not None
        rows.append(
            {
                "where": f"{os.path.relpath(match[2], root)}:{match[3]}",
                "name": None if one.req is None else canonicalize_name(one.req.name),
                "specifier": SpecifierSet(str(one.specifier) if one.req is not None else ""),
                "extras": {canonicalize_name(extra) for extra in one.extras},
                "marker": "" if one.markers is None else str(one.markers),
                "hashes": {f"{key}:{value}".lower() for key, values in one.hash_options.items() for value in values},
                "editable": one.editable,
                "constraint": one.constraint,
                "from elsewhere": one.link is not None,
            }
        )
    return rows


SPACES = st.sampled_from(["", "", " ", "  ", "\t"])
GAPS = st.sampled_from([" ", " ", "   ", " \\\n", " \\\n    "])
ENDS = st.sampled_from(["", "", " ", "  # why", "\t#why", " # one \\", " #"])
NEWLINES = st.sampled_from(
    ["\n", "\n", "\n", "\r\n", "\r", "\n\n", "\n# a comment\n", "\n  # another \\\n", "\x0c", "\u2028"]
)
_RANGES = st.sampled_from([">=", "<", "<=", ">", "!=", "~=", "=="])
_PLAIN_VERSIONS = st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}(\.[0-9]{1,3})?((a|rc)[0-9])?", fullmatch=True)
SPECIFIERS = (
    st.just("")
    | st.builds("=={}".format, VERSIONS)
    | st.builds("==={}".format, VERSIONS)
    | st.builds("=={}.*".format, st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2})?", fullmatch=True))
    | st.builds("{}{}".format, _RANGES, _PLAIN_VERSIONS)
    | st.builds("{}{}, {} {}".format, _RANGES, _PLAIN_VERSIONS, _RANGES, _PLAIN_VERSIONS)
    | st.builds("({}{})".format, _RANGES, _PLAIN_VERSIONS)
)
MARKERS = st.sampled_from(
    [
        "",
        "python_version >= '3.8'",
        'sys_platform == "linux" and python_full_version<"3.12.1"',
        "(os_name == 'nt' or platform_machine in 'x86_64 arm64') and extra == 'A_b'",
        'platform_python_implementation != "PyPy"',
        "'-r' == platform_version",
        'os.name == "a#b; c"',
    ]
)
EXTRAS = st.sampled_from(["", "", "[socks]", "[ A_b , c.D ]", "[]"])
ADDRESSES = st.sampled_from(
    [
        "https://example.org/a/b-1.0.tar.gz",
        "https://ada:secret@example.org/b.zip#egg=Other_Name",
        "git+https://example.org/a/b.git@main#egg=some.Thing&subdirectory=x",
        "git+ssh://git@example.org/a/b@" + "1" * 40,
        "https://example.org/Wheel_Name-1.0.post1-py3-none-any.whl",
        "file:///somewhere/wheel_name-2!1.0-cp311-cp311-linux_x86_64.whl",
        "hg+http://example.org/a@tip#egg=a",
        "./wheels/local_name-3.0-py2.py3-none-any.whl",
    ]
)
NAMED_ADDRESSES = ADDRESSES.filter(lambda address: ".whl" not in address)
"""A wheel of another name is refused by pip only when it installs it, by us when it is read."""


@st.composite
def requirement(draw: st.DrawFn) -> str:
    gap = draw(SPACES)
    marker = draw(MARKERS)
    if draw(st.booleans()):
        text = draw(NAMES.map(str.title)) + gap + draw(EXTRAS) + gap + draw(SPECIFIERS)
        condition = f"{gap};{gap}{marker}" if marker else ""
    elif draw(st.booleans()):
        text = f"{draw(NAMES)}{draw(EXTRAS)} @ {draw(NAMED_ADDRESSES)}"
        condition = f" ; {marker}" if marker else ""
    else:
        text = draw(ADDRESSES)
        condition = f" ; {marker}" if marker else ""
    return text + condition


OPTIONS = st.sampled_from(
    ["", "", "", "--hash={}", "--hash {}", "--hash '{}'", '--config-settings "a=b c"', "--no-binary=x"]
)
LINES = st.builds(
    lambda text, gap, option, digest, end: f"{text}{gap}{option.format('sha256:' + digest)}{end}",
    requirement(),
    GAPS,
    OPTIONS,
    hexadecimal(64),
    ENDS,
) | st.sampled_from(
    [
        "--index-url https://ada:secret@example.org/simple",
        "-i https://example.org/simple --pre",
        "--find-links=./wheels --trusted-host  example.org",
        "--no-index",
        "-e git+https://example.org/a/b.git@v1#egg=Edited",
        "--editable='git+https://example.org/a/b.git#egg=edited_too&subdirectory=c d'",
        "",
    ]
)
INCLUDES = st.sampled_from(
    ["-r more.txt", "--requirement=more.txt", "-rmore.txt", "-c 'more.txt' # why", "--constraint \\\n more.txt"]
)


@st.composite
def files(draw: st.DrawFn) -> dict[str, bytes]:
    """A requirements file and, where it includes it once, another one."""
    included = draw(st.lists(st.builds("{}=={}".format, NAMES, _PLAIN_VERSIONS), max_size=2))
    lines = draw(st.lists(LINES, min_size=1, max_size=4))
    if draw(st.booleans()):
        lines.insert(draw(st.integers(0, len(lines))), draw(INCLUDES))
    text = "".join(line + draw(NEWLINES) for line in lines)
    mark, encoding = draw(
        st.sampled_from([("", "utf-8"), ("\ufeff", "utf-8"), ("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be")])
    )
    return {"requirements.txt": (mark + text).encode(encoding), "more.txt": "\n".join(included).encode()}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pip")


@settings(max_examples=4 * settings().max_examples)
@given(files())
def test_a_generated_file_means_to_us_what_it_means_to_pip(place: Path, written: dict[str, bytes]) -> None:
    for name, content in written.items():
        (place / name).write_bytes(content)

    assert ours(place) == pip_s(place)


REFUSED = [
    "numpy=1.26.4",
    "numpy 1.26.4",
    "numpy==1.26.4 scipy",
    "numpy>=1.*",
    "numpy~=1",
    "numpy[fast",
    "numpy ; python_version > 3",
    "numpy ; machine == 'x86_64'",
    "numpy (>=1.0",
    "numpy @",
    "==1.0",
    "numpy==1.0\t--hash=sha256:" + HEX,
    "numpy==1.0 --hash",
    "numpy==1.0 --hash=md5:" + HEX[:32],
    "numpy==1.0 --hash='sha256:" + HEX,
    "--index https://example.org/simple --typo",
    "--pre=yes",
    "-k",
    "-r",
    "-r missing.txt",
    "-e fraud==1.0",
    "-e https://example.org/a.tar.gz",
    "-e git+https://example.org/a.git",
    "https://example.org/broken.whl",
    "git+https://example.org/a.git#egg=a==1",
    "-r requirements.txt",
    "-c narrower.txt",
]


@pytest.mark.parametrize("line", REFUSED)
def test_what_pip_refuses_we_refuse(line: str, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(f"scipy==1.13.0\n{line}\n")
    (tmp_path / "narrower.txt").write_text("-e ./fraud\n")

    with pytest.raises(PipError):
        pip_s(tmp_path)
    with pytest.raises(InputError):
        ours(tmp_path)


NASTY = f"""\
--index-url https://ada:${{TOKEN}}@example.org/simple # the index
--extra-index-url=https://example.org/other \\
    --pre
  Django[Argon2,bcrypt] ~= 4.2.1 ; python_version >= "3.8" \\
    --hash=sha256:{HEX} \\
    # a comment ends it
    # --hash=sha256:nothing
numpy==1.26.4 --hash=sha256:{HEX} --hash=sha512:{HEX}{HEX}
PyYAML!=6.0,>=5.1\t# a tab
six===1.16.0
zope.interface == 5.* , != 5.1
typing_extensions (>=4.0)
-r deep/more.txt
-c deep/../constraints.txt
-e git+https://ada:secret@example.org/a/fraud.git@v1.0#egg=Fraud_Lib&subdirectory=python
fraudlib @ git+https://example.org/acme/fraudlib.git@0123456789012345678901234567890123456789
torch @ https://example.org/whl/torch-2.1.0%2Bcu121-cp311-cp311-linux_x86_64.whl ; sys_platform == 'linux'
https://example.org/whl/scipy-1.13.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl ; os_name == "posix"
./wheels/small_wheel-1.0-py3-none-any.whl
colorama ; 'win' in sys_platform and extra == "Dev_Extra"
\\
last==1.0 \\"""


def test_a_nasty_file_means_to_us_what_it_means_to_pip(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "requirements.txt").write_bytes(b"\xef\xbb\xbf" + NASTY.replace("\n", "\r\n").encode())
    (tmp_path / "deep" / "more.txt").write_text("-c narrower.txt\nscikit.Learn==1.5.0\n")
    (tmp_path / "deep" / "narrower.txt").write_text("joblib<2\n-r ../really.txt\n")
    (tmp_path / "really.txt").write_text("threadpoolctl>=3.1.0\n")
    (tmp_path / "constraints.txt").write_text("numpy<2\nsix>1 ; os_name == 'nt'\n")

    found = ours(tmp_path)

    assert found == pip_s(tmp_path)
    assert [(row["where"], row["name"], row["constraint"]) for row in found] == [
        ("requirements.txt:4", "django", False),
        ("requirements.txt:8", "numpy", False),
        ("requirements.txt:9", "pyyaml", False),
        ("requirements.txt:10", "six", False),
        ("requirements.txt:11", "zope-interface", False),
        ("requirements.txt:12", "typing-extensions", False),
        ("deep/narrower.txt:1", "joblib", True),
        ("really.txt:1", "threadpoolctl", False),
        ("deep/more.txt:2", "scikit-learn", False),
        ("constraints.txt:1", "numpy", True),
        ("constraints.txt:2", "six", True),
        ("requirements.txt:15", "fraud-lib", False),
        ("requirements.txt:16", "fraudlib", False),
        ("requirements.txt:17", "torch", False),
        ("requirements.txt:18", "scipy", False),
        ("requirements.txt:19", "small-wheel", False),
        ("requirements.txt:20", "colorama", False),
        ("requirements.txt:21", "last", False),
    ]
