"""Mutations of which packages are installed: other versions, none at all, several, and in front of each other."""

import shutil
from pathlib import Path
from random import Random

from tests.support import projects
from tests.support.cells import remove
from tests.support.mutation_ground import contents, record_of
from tests.support.mutations import BY_ORIGIN, PACKAGES, REQUIRED, USED, Apply, Kind, Names, Place, Setting, kind

KINDS: list[Kind] = []
INSTALLED = ("environment", "tree")


def put(site: Path, name: str, version: str, *, record: bool = True, mark: bytes = b"") -> Path:
    """A distribution as its wheel would be unpacked; gives its ``.dist-info``."""
    _, module, requires = PACKAGES.get(name, ("", name, ()))
    files = contents(name, version, module, requires)
    files[f"{module}/core.py"] += mark
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    if record:
        files[f"{info}/RECORD"] = record_of(files, info)
    projects.write(site, files)
    return site / info


def take(place: Place, name: str) -> None:
    """Uninstall."""
    shutil.rmtree(place.info(name))
    shutil.rmtree(place.site / PACKAGES[name][1])


def other_version(edit: str) -> Apply:
    """The version with its last number raised (``{up}``) or its first one lowered (``{down}``), and as it is."""

    def apply(place: Place, random: Random) -> Names:
        name = random.choice(USED)
        version = PACKAGES[name][0]
        plain = version.partition(".post")[0]
        head, _, last = plain.rpartition(".")
        first, _, rest = plain.partition(".")
        number = random.randrange(1, 50)
        up, down = f"{head}.{int(last) + number}", f"{int(first) + number}.{rest}"
        take(place, name)
        put(place.site, name, edit.format(version=version, plain=plain, up=up, down=down, number=number))
        return f"package:{name}"

    return apply


VERSIONS = {
    "a later last number": "{up}",
    "a later first number": "{down}",
    "a further number": "{plain}.0.{number}",
    "a local label": "{version}+cu{number}",
    "an epoch": "1!{version}",
    "a pre-release": "{plain}rc{number}",
    "a post-release": "{plain}.post{number}",
    "a development release": "{plain}.dev{number}",
    "no version of PEP 440": "{plain}-custom-{number}x",
}
KINDS += [Kind(name=f"version: {name}", sides=INSTALLED, apply=other_version(edit)) for name, edit in VERSIONS.items()]


@kind(KINDS, *INSTALLED)
def package_removed(place: Place, random: Random) -> Names:
    name = random.choice(REQUIRED)
    take(place, name)
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def package_s_metadata_directory_removed(place: Place, random: Random) -> Names:
    name = random.choice(REQUIRED)
    shutil.rmtree(place.info(name))
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def package_s_metadata_directory_emptied(place: Place, random: Random) -> Names:
    name = random.choice((*USED, BY_ORIGIN))
    info = place.info(name)
    shutil.rmtree(info)
    info.mkdir()
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def package_half_uninstalled(place: Place, random: Random) -> Names:
    name = random.choice(REQUIRED)
    info = place.info(name)
    info.rename(info.with_name("~" + info.name[1:]))
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def another_build_of_the_version(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    take(place, name)
    put(place.site, name, PACKAGES[name][0], mark=b"# patched %d\n" % random.randrange(1000))
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def a_second_copy_beside_of_another_version(place: Place, random: Random) -> Names:
    name = random.choice((*USED, BY_ORIGIN))
    put(place.site, name, f"0.{random.randrange(100)}.7")
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def a_second_copy_beside_without_record(place: Place, random: Random) -> Names:
    name = random.choice(USED)
    put(place.site, name, f"0.{random.randrange(100)}.7", record=False)
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def a_second_copy_beside_by_another_spelling(place: Place, random: Random) -> Names:
    """``scikit.learn-1.5.0.dist-info`` and ``scikit_learn-1.5.0.dist-info`` are one package."""
    name = random.choice(("scikit-learn", "python-dateutil"))
    version, old = PACKAGES[name][0], place.info(name)
    copy = old.with_name(f"{name.replace('-', '.')}-{version}.dist-info")
    shutil.copytree(old, copy)
    record = (copy / "RECORD").read_text().replace("sha256=", "sha256=x", 1)
    (copy / "RECORD").write_text(record)
    return f"package:{name}"


@kind(KINDS, "environment", executed=True)
def a_copy_in_front_by_pythonpath(place: Place, random: Random) -> Setting:
    name = random.choice((*USED, BY_ORIGIN))
    front = place.base / "front"
    put(front, name, f"0.{random.randrange(100)}.7")
    return Setting(f"package:{name}", variables=(("PYTHONPATH", str(front)),))


@kind(KINDS, "environment", executed=True)
def a_build_in_front_by_pythonpath(place: Place, random: Random) -> Setting:
    name = random.choice(USED)
    front = place.base / "front"
    put(front, name, PACKAGES[name][0], mark=b"# patched\n")
    return Setting(f"package:{name}", variables=(("PYTHONPATH", str(front)),))


@kind(KINDS, *INSTALLED)
def a_copy_in_front_by_a_pth_file(place: Place, random: Random) -> Names:
    """Where it is not run, what its code does cannot be told."""
    name = random.choice(USED)
    front = place.site.parent / "front"
    put(front, name, f"0.{random.randrange(100)}.7")
    line = 'import sys, os; sys.path.insert(0, os.path.join(os.path.dirname(os.__file__), "none"))\n'
    inserted = f"import sys; sys.path.insert(0, {str(front)!r})\n"
    pth = f"a{random.randrange(100)}.pth"
    (place.site / pth).write_text(line + inserted)
    return f"package:{name}" if place.executed and place.side == "environment" else f"startup:{pth}"


@kind(KINDS, *INSTALLED)
def installed_only_where_a_pth_file_leads(place: Place, random: Random) -> Names:
    name = random.choice(REQUIRED)
    take(place, name)
    put(place.site.parent / "behind", name, f"0.{random.randrange(100)}.7")
    (place.site / "behind.pth").write_text("../behind\n")
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def replaced_by_an_editable_install(place: Place, random: Random) -> Names:
    """PEP 660, as an installer of today leaves it: a ``.pth`` file and a direct_url.json."""
    name = random.choice(USED)
    version, module, _ = PACKAGES[name]
    source = place.base / "source"
    source.mkdir()
    (place.site / module).rename(source / module)
    info = place.info(name)
    url = f'{{"url": "file://{source}", "dir_info": {{"editable": true}}}}'
    (info / "direct_url.json").write_text(url)
    (place.site / f"__editable__.{module}.pth").write_text(f"{source}\n")
    rows = [f"__editable__.{module}.pth,sha256=x,1", f"{info.name}/METADATA,sha256=x,1", f"{info.name}/RECORD,,"]
    (info / "RECORD").write_text("\n".join(rows))
    assert version in info.name
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def replaced_by_a_develop_install(place: Place, random: Random) -> Names:
    """``setup.py develop``: an egg-link, a line in easy-install.pth, and the egg-info beside the code."""
    name = random.choice(USED)
    version, module, _ = PACKAGES[name]
    take(place, name)
    source = place.site.parent / "source"
    info = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    projects.write(source, {"setup.py": b"", f"{name.replace('-', '_')}.egg-info/PKG-INFO": info})
    projects.write(source, {f"{module}/__init__.py": b""})
    (place.site / f"{name}.egg-link").write_text("../source\n.")
    (place.site / "easy-install.pth").write_text("../source\n")
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def replaced_by_an_egg_info(place: Place, random: Random) -> Names:
    """As distutils installs: no RECORD, so which build it is cannot be told."""
    name = random.choice(USED)
    version, info = PACKAGES[name][0], place.info(name)
    egg = place.site / f"{name.replace('-', '_')}-{version}-py3.11.egg-info"
    content = (info / "METADATA").read_bytes()
    shutil.rmtree(info)
    projects.write(egg, {"PKG-INFO": content}) if random.random() < 0.5 else egg.write_bytes(content)
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def installed_as_a_file_where_a_directory_belongs(place: Place, random: Random) -> Names:
    name = random.choice((*USED, BY_ORIGIN))
    info = place.info(name)
    remove(info)
    info.write_bytes(random.randbytes(20))
    return f"package:{name}"


@kind(KINDS, *INSTALLED)
def every_package_removed(place: Place, random: Random) -> Names:
    for name in USED:
        take(place, name)
    return tuple(f"package:{name}" for name in REQUIRED)


@kind(KINDS, *INSTALLED)
def two_packages_with_their_names_exchanged(place: Place, random: Random) -> Names:
    """What is called by one name holds the other's code."""
    left, right = random.sample(USED, 2)
    first, second = place.info(left) / "METADATA", place.info(right) / "METADATA"
    contents_ = first.read_bytes(), second.read_bytes()
    first.write_bytes(contents_[1])
    second.write_bytes(contents_[0])
    return (f"package:{left}", f"package:{right}")
