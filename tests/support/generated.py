"""Generated values for laws that hold of all of them: versions, environments, manifests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from lineage.model.code import Code
from lineage.model.manifest import EVIDENCE, Manifest, freeze
from lineage.model.weights import Weights
from lineage.portable.environment import REPOSITORY, USES, Environment, Package, Platform, Problem

_NUMBERS = st.sampled_from(["0", "1", "2", "10", "07"])
_RELEASES = st.lists(_NUMBERS, min_size=1, max_size=4).map(".".join)


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _maybe(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.just("") | part


_SEPARATORS = st.sampled_from(["", ".", "-", "_"])
_PRE = _joined(
    _SEPARATORS,
    st.sampled_from(["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC", "Beta"]),
    _SEPARATORS,
    _NUMBERS,
)
_POST = _joined(_SEPARATORS, st.sampled_from(["post", "rev", "r", "POST"]), _SEPARATORS, _maybe(_NUMBERS))
_DEV = _joined(_SEPARATORS, st.sampled_from(["dev", "DEV"]), _SEPARATORS, _maybe(_NUMBERS))
_LOCAL = st.lists(st.from_regex(r"[a-zA-Z0-9]{1,4}", fullmatch=True), min_size=1, max_size=3).map(
    lambda parts: "+" + ".".join(parts)
)
VERSIONS = _joined(
    st.sampled_from(["", "", "v", "V"]),
    _maybe(_joined(_NUMBERS, st.just("!"))),
    _RELEASES,
    _maybe(_PRE),
    _maybe(_POST | _joined(st.just("-"), _NUMBERS)),
    _maybe(_DEV),
    _maybe(_LOCAL),
)
"""Every form that PEP 440 allows, alternative spellings included."""

NAMES = st.sampled_from(["numpy", "torch", "ruamel-yaml"]) | st.from_regex(
    r"[a-z0-9]{1,6}(-[a-z0-9]{1,6}){0,2}", fullmatch=True
)
"""Canonical names of distributions."""

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
"""Texts without control characters."""


def hexadecimal(digits: int) -> st.SearchStrategy[str]:
    return st.text("0123456789abcdef", min_size=digits, max_size=digits)


_SHA256 = hexadecimal(64).map("sha256:{}".format)
_ORIGINS = st.sampled_from(["local", "git+https://example.org/acme/a@" + "1" * 40, REPOSITORY + "services/a"])
_TAGS = st.sampled_from(["py3-none-any", "cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-macosx_11_0_arm64"])


def packages(versions: st.SearchStrategy[str] = VERSIONS) -> st.SearchStrategy[Package]:
    return st.builds(
        Package,
        name=NAMES,
        version=versions,
        use=st.sampled_from(USES),
        record=st.none() | _SHA256,
        artifact=st.none() | _SHA256,
        tag=st.none() | _TAGS,
        origin=st.none() | _ORIGINS,
        installer=st.none() | st.sampled_from(["pip", "uv"]),
        modules=st.lists(st.sampled_from(["a", "b.c"]), max_size=2, unique=True).map(tuple),
    )


def environments(min_packages: int = 1) -> st.SearchStrategy[Environment]:
    """Environments of which everything is known, but of some packages their identities."""
    texts = st.dictionaries(st.sampled_from(["cuda", "driver", "gpus"]), PRINTABLE, max_size=2)
    return st.builds(
        Environment,
        python=st.sampled_from(["3.8.18", "3.11.7", "3.11.9", "3.12.1"]),
        implementation=st.sampled_from(["CPython", "PyPy"]),
        abi=st.none() | st.sampled_from(["cpython-311-x86_64-linux-gnu", "cpython-311d-x86_64-linux-gnu"]),
        platform=st.builds(
            Platform,
            os=st.sampled_from(["linux", "darwin"]),
            machine=st.sampled_from(["x86_64", "aarch64"]),
            libc=st.sampled_from(["glibc 2.36", "glibc 2.28", "musl 1.2"]),
        ),
        accelerator=texts.map(lambda found: tuple(sorted(found.items()))),
        variables=texts.map(lambda found: tuple(sorted(found.items()))),
        packages=st.lists(packages(), min_size=min_packages, max_size=6, unique_by=lambda one: one.name).map(
            lambda found: tuple(sorted(found))
        ),
    )


_PATHS = st.lists(st.from_regex(r"[a-z_]{1,5}(\.[a-z]{1,3})?", fullmatch=True), min_size=1, max_size=3).map("/".join)
_SCALARS = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.dates()
    | st.times()
    | st.datetimes()
)
_KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)


_FIT = st.text("ab.-_/2 éß模", min_size=1, max_size=8).filter(lambda text: text == text.strip())
"""Names that people can tell from others."""


def tables(keys: st.SearchStrategy[str] = _KEYS) -> st.SearchStrategy[Any]:
    """Tables of a user's own values, as TOML can carry them; read-only."""
    values = st.recursive(
        _SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
        max_leaves=6,
    )
    return st.dictionaries(keys, values, max_size=3).map(freeze)


def _pairs(digits: int) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    rows = st.dictionaries(_PATHS, hexadecimal(digits), max_size=3)
    return rows.map(lambda found: tuple(sorted(found.items())))


def manifests() -> st.SearchStrategy[Manifest]:
    """Manifests of every shape that the format allows."""
    weights = st.builds(
        Weights,
        path=_PATHS,
        size=st.integers(0, 2**40),
        sha256=hexadecimal(64),
        md5=hexadecimal(32) | hexadecimal(32).map("{}.dir".format),
    )
    return st.builds(
        Manifest,
        name=_FIT,
        created=st.integers(0, 2**31).map(
            lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        ),
        evidence=st.sampled_from(EVIDENCE),
        code=st.builds(
            Code,
            base=hexadecimal(40) | hexadecimal(64),
            commit=st.none() | hexadecimal(40),
            tree=st.none() | hexadecimal(40),
            remote=st.none() | PRINTABLE,
            files=_pairs(40),
        ),
        weights=st.lists(weights, min_size=1, max_size=3, unique_by=lambda one: one.path).map(tuple),
        environment=st.just(Environment()) | environments(0),
        declared=_pairs(40),
        problems=st.lists(st.builds(Problem, PRINTABLE, PRINTABLE, PRINTABLE), max_size=2).map(tuple),
        parent=st.none() | _SHA256,
        tool=st.none() | PRINTABLE,
        labels=tables(_FIT),
        run=tables(),
        inputs=st.dictionaries(_PATHS, _SHA256 | hexadecimal(32).map("md5:{}".format), max_size=3).map(freeze),
        params=tables(),
        metrics=tables(),
    )
