"""Damaged and hostile environments, conda locks and Dockerfiles: declarations or ``InputError``, in bounded time."""

from random import Random

import pytest

from lineage.dependencies.conda import conda_lock as condalock
from lineage.dependencies.forms import form_of
from lineage.errors import InputError
from lineage.model.declarations import Declarations
from tests.dependencies.conda.test_conda_lock import WHOLE as CONDA_LOCK
from tests.dependencies.conda.test_environment import WHOLE as ENVIRONMENT
from tests.dependencies.conda.test_pixi_lock import FOURTH, SEVENTH
from tests.dependencies.docker.test_apptainer import WHOLE as APPTAINER
from tests.dependencies.docker.test_bentofile import WHOLE as BENTOFILE
from tests.dependencies.docker.test_cog import WHOLE as COG
from tests.dependencies.docker.test_dockerfile import WHOLE as DOCKERFILE
from tests.support.declared import declared, parsed
from tests.support.patience import little_work

FILES = {
    "environment.yml": ENVIRONMENT,
    "conda-lock.yml": CONDA_LOCK,
    "pixi.lock": SEVENTH,
    "old/pixi.lock": FOURTH.format(version=5),
    "Dockerfile": DOCKERFILE,
    "cog.yaml": COG,
    "bentofile.yaml": BENTOFILE,
    "train.def": APPTAINER,
    ".python-version": "3.11.7\n3.10.2\n",
    ".tool-versions": "nodejs 20\npython 3.11.7\n",
}
_PIECES = [
    "",
    "\n",
    " ",
    ":",
    "-",
    "[",
    "{",
    '"',
    "'",
    "\\",
    "$(",
    "<<EOF\n",
    "null",
    "- 1\n",
    "\x00",
    "\xff",
    "9" * 50,
]


def read(path: str, content: bytes) -> Declarations | InputError:
    try:
        return declared(path, content)
    except InputError as error:
        return error


@pytest.mark.parametrize("path", FILES)
def test_a_damaged_file_is_read_or_refused(path: str) -> None:
    random = Random(path)
    whole = FILES[path].encode()
    kinds: set[type] = set()
    for _ in range(150):
        start, end = sorted(random.randrange(len(whole) + 1) for _ in range(2))
        end = min(end, start + random.choice([0, 1, 9, len(whole)]))
        damaged = whole[:start] + random.choice(_PIECES).encode("latin-1") + whole[end:]
        kinds.add(type(read(path, damaged)))

    assert kinds == {Declarations, InputError}


def _retyped(value: object, random: Random) -> object:
    """The document with one value somewhere in it replaced by one of another type."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        key = random.choice(sorted(value))
        return {**value, key: _retyped(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.85:
        index = random.randrange(len(value))
        return [*value[:index], _retyped(value[index], random), *value[index + 1 :]]
    return random.choice([None, True, 3, 1.5, "", "x", [], [None], {}, {"x": None}, {"conda": 1}])


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith((".yml", ".yaml", ".lock"))])
def test_a_value_of_another_type_is_no_crash(path: str) -> None:
    content = FILES[path].encode()
    form = form_of(path)
    assert form is not None
    document = parsed(form.PARSE, path, content)
    random = Random(path)
    refusals = 0
    for _ in range(400):
        try:
            form.declarations(path, _retyped(document, random), content, lambda _: None)
        except InputError:
            refusals += 1

    assert 0 < refusals < 400


@pytest.mark.parametrize(
    ("path", "head", "piece"),
    [
        ("Dockerfile", "FROM a\n", "RUN pip install a==1 \\\n"),
        ("Dockerfile", "FROM a\n", "RUN pip install -r a.txt\n"),
        ("Dockerfile", "FROM a\nRUN ", "$(((("),
        ("Dockerfile", "FROM a\nRUN ", "<<A "),
        ("Dockerfile", "FROM a\nRUN pip install ", "a>1"),
        ("Dockerfile", "", "FROM a AS b\n"),
        ("Dockerfile", "FROM a\n", "COPY a b\n"),
        ("Dockerfile", "FROM a\n", "ENV A=$A$A\n"),
        ("Dockerfile", "FROM a\nENV A=0123456789\n", "ENV A=$A$A\n"),
        ("Dockerfile", "FROM a\n" + "".join(f"ENV A{n}=1\n" for n in range(2000)), "ENV B=1\n"),
        ("Dockerfile", "FROM a\n" + "COPY a /b/\n" * 2000, "RUN pip install -r c\n"),
        ("Dockerfile", "FROM a AS b\nRUN pip install x y z\nFROM c\n", "COPY --from=b /usr/local /usr/local\n"),
        ("Dockerfile", "FROM a AS s\n", "FROM s AS s\nCOPY --from=0 /usr /usr\n"),
        ("Dockerfile", "FROM a\nENV V=" + "x" * 200 + "\n", "RUN a ${V%%*x*y}\n"),
        ("Dockerfile", "FROM a\nRUN <<Z\n", "cat <<EOF\n"),
        ("Dockerfile", "FROM a\n", "RUN uv venv /v\n"),
        ("train.def", "", "Bootstrap: docker\n%files from x\n/a\n"),
        ("train.def", "Bootstrap: docker\n", "%post\n{{ A }}"),
        ("train.def", "Bootstrap: docker\nFrom: ", " "),
        (".python-version", "", "3."),
        (".tool-versions", "python ", "3.1 "),
    ],
    ids=range(21),
)
def test_time_is_linear(path: str, head: str, piece: str) -> None:
    with little_work():
        read(path, (head + piece * 8_000).encode())


def test_the_time_of_a_lock_is_linear_in_its_packages() -> None:
    item = "- name: pkg{0}\n  version: 1.{0}.2\n  manager: conda\n  platform: linux-64\n"
    content = ("package:\n" + "".join(item.format(number) for number in range(20_000))).encode()
    document = {
        "package": [
            {
                "name": f"pkg{number}",
                "version": f"1.{number}.2",
                "manager": "conda",
                "platform": "linux-64",
                "dependencies": {f"pkg{number // 2}": "", "python": ""},
                "url": f"https://example.org/c/linux-64/pkg{number}-1.{number}.2-h_0.conda",
            }
            for number in range(20_000)
        ]
    }

    with little_work():
        found = condalock.declarations("conda-lock.yml", document, content, lambda _: None)

    assert len(found.dependencies) == 20_000
