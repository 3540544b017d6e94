"""Scripts in the words of commands."""

import pytest

from lineage.dependencies.docker.scripts import activated, nested_script, script_file
from lineage.dependencies.docker.shell_words import commands
from lineage.dependencies.forms import form_of
from lineage.errors import InputError
from tests.support.declared import declared


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("bash -c 'a b'", "a b"),
        ('/bin/bash -lc "a b"', "a b"),
        ("sh -euxc 'a'", "a"),
        ("bash -o pipefail -c 'a'", "a"),
        ("bash -c -o pipefail 'a'", "a"),
        ("bash +x -c +e 'a'", "a"),
        ("sudo -u ada bash -c 'a'", "a"),
        ("conda run -n x bash -c 'a'", "a"),
        ("su - ada -c 'a b'", "a b"),
        ("su -c 'a b' ada", "a b"),
        ("su ada --command 'a b'", "a b"),
        ("runuser -l ada -c 'a'", "a"),
        ("scl enable rh-python38 'pip install a'", "pip install a"),
        ("scl enable rh-python38 bash", None),
        ("eval 'a b'", "a b"),
        ("eval a b", None),
        ("bash -c", None),
        ("bash -c -e", None),
        ("bash install.sh", None),
        ("bash", None),
        ("pip install -c a b", None),
    ],
)
def test_the_script_of_a_command(command: str, expected: str | None) -> None:
    [words] = commands(command, {})
    found = nested_script(words)

    assert (found and found.text) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (". /opt/e/bin/activate", "/opt/e"),
        ("source e/bin/activate", "e"),
        ("source activate", None),
        ("source activate /opt/e", "/opt/e"),
        ("conda activate /opt/e", "/opt/e"),
        ("conda activate e", None),
        (".", None),
        ("source .bashrc", None),
    ],
)
def test_the_environment_that_is_entered(command: str, expected: str | None) -> None:
    [words] = commands(command, {})

    assert activated(words) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("RUN bash -c 'pip install a==1'", [("a", "1", 3)]),
        ('RUN bash -c "pip install a==$V b==\\$V"', [("a", "1", 3), ("b", "1", 3)]),
        ('RUN ["/bin/bash", "-c", "pip install a==$V"]', [("a", "1", 3)]),
        ("RUN bash -c 'source activate x && \\\n  pip install a==1 \\\n  b==2'", [("a", "1", 4), ("b", "2", 5)]),
        ("RUN sh -c \"bash -c 'pip install a==1'\"", [("a", "1", 3)]),
        ("COPY r /r\nRUN cd /r && su ada -c 'pip install -r a.txt'", [("c", "3", 1)]),
        ("RUN for p in a==1 b==2; do pip install $p; done", [("a", "1", 3), ("b", "2", 3)]),
        ("RUN <<EOF bash\npip install a==1\nEOF", [("a", "1", 4)]),
    ],
)
def test_what_scripts_install(body: str, expected: list[tuple[str, str, int]]) -> None:
    text = f"FROM debian\nENV V=1\n{body}\n"
    found = declared("Dockerfile", text, {"r/a.txt": "c==3\n"})

    assert [(row.name, row.version, row.line) for row in found.dependencies] == expected
    assert found.unknown == ()


def test_scripts_within_scripts_end() -> None:
    script = "pip install a==1"
    for _ in range(6):
        script = "bash -c " + "'" + script.replace("'", "'\\''") + "'"

    assert declared("Dockerfile", f"FROM debian\nRUN {script}\n").dependencies == ()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("bash install.sh 3.11", "install.sh"),
        ("sudo bash -eux /tmp/install.sh", "/tmp/install.sh"),
        ("./install.sh", "./install.sh"),
        ("/tmp/install.bash -y", "/tmp/install.bash"),
        ("install.sh", None),
        ("bash", None),
        ("bash $X/install.sh", None),
        ("bash install", None),
        ("cp a.sh b.sh", None),
    ],
)
def test_the_file_that_a_command_runs(command: str, expected: str | None) -> None:
    [words] = commands(command, {})

    assert script_file(words) == expected


def test_a_script_of_the_repository_is_followed() -> None:
    text = (
        "FROM debian\nENV V=1\nCOPY scripts/install.sh /tmp/\nRUN true && \\\n    bash /tmp/install.sh\nRUN ./none.sh\n"
    )
    script = "#!/bin/bash\npip install a==$V\npip install b==$1\n./install.sh\n/tmp/install.sh\n"
    found = declared("Dockerfile", text, {"scripts/install.sh": script})

    assert [(row.name, row.version, row.line) for row in found.dependencies] == [("a", "1", 5)]
    assert [one.reason for one in found.unknown] == ["Dockerfile:5 is not a requirement that can be read: 'b==$1'"]
    assert found.files == ("Dockerfile", "scripts/install.sh")


def test_a_script_that_cannot_be_had_is_unknown() -> None:
    form = form_of("Dockerfile")
    assert form is not None

    def include(path: str) -> bytes:
        raise InputError("is too large", path)

    found = form.declarations("Dockerfile", None, b"FROM debian\nRUN bash install.sh\n", include)

    assert [one.reason for one in found.unknown] == ["Dockerfile:2 runs install.sh: is too large"]
    found = declared("Dockerfile", "FROM debian\nRUN bash install.sh\n", {"install.sh": "#" * (1 << 20) + "#"})
    assert [one.reason for one in found.unknown] == ["Dockerfile:2 runs install.sh: is larger than 1048576 bytes"]
