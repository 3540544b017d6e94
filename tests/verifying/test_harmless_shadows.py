"""What looks as if it stood in front and does not: ordinary environments stay quiet."""

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from lineage.model.manifest import StoredManifest
from lineage.targets.directory import DirectorySource
from tests.support import projects, roots
from tests.support.projects import site_packages, write
from tests.support.shadows import OPEN, Alter, dist, make_environment, make_model, report_on, row, said, source_of

PKG_RESOURCES = b"__import__('pkg_resources').declare_namespace(__name__)\n"
TRAIN = b"import alpha, beta, opened.one, legacy.one\nimport space.one, eggy, conda_made, zipped_egg\n"


def egg(site: Path, name: str, *lists: str, module: str | None = None) -> None:
    """What ``setup.py install`` leaves: no RECORD."""
    info = f"{name}-1.0-py3.11.egg-info"
    module = module or name
    files = {f"{info}/PKG-INFO": f"Name: {name}\nVersion: 1.0\n".encode(), f"{info}/top_level.txt": module.encode()}
    files |= {f"{info}/installed-files.txt": "\n".join(lists).encode()} if lists else {}
    write(site, {**files, f"{module}/__init__.py": b""})


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beside what others have: packages shared in both old ways, an egg, a zipped one, and what conda installed."""
    environment = make_environment(tmp_path_factory.mktemp("harmless") / "env")
    site = site_packages(environment)
    for name in ("one", "two"):
        dist(site, f"opened-{name}", {"opened/__init__.py": OPEN, f"opened/{name}.py": b""})
        dist(site, f"legacy-{name}", {f"legacy/{name}/__init__.py": b"", "legacy/__init__.py": PKG_RESOURCES})
    egg(site, "eggy", "../eggy/__init__.py", "PKG-INFO")
    info = dist(site, "conda-made", {"conda_made/__init__.py": b""}, more={"INSTALLER": b"conda\n"})
    (info / "RECORD").unlink()
    place = site.relative_to(environment)
    listed = [f"{place}/{path}" for path in ("conda_made/__init__.py", f"{info.name}/METADATA")]
    made = {"name": "conda-made", "version": "1.0", "build": "0", "channel": "conda-forge", "files": listed}
    write(environment, {"conda-meta/conda-made-1.0-0.json": json.dumps(made).encode(), "conda-meta/history": b""})
    with zipfile.ZipFile(site / "zipped_egg-1.0-py3.11.egg", "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", "Name: zipped-egg\nVersion: 1.0\n")
        archive.writestr("EGG-INFO/top_level.txt", "zipped_egg\n")
        archive.writestr("zipped_egg/__init__.py", "")
    write(site, {"easy-install.pth": b"./zipped_egg-1.0-py3.11.egg\n"})
    return environment


@pytest.fixture(scope="module")
def stored(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> StoredManifest:
    return make_model(tmp_path_factory.mktemp("quiet") / "model", trained, TRAIN)


def put(*paths: str, content: bytes = b"") -> Alter:
    return lambda site: write(site, dict.fromkeys(paths, content))


def other(files: dict[str, bytes]) -> Alter:
    return lambda site: dist(site, "other", files)


def in_c_too(site: Path) -> None:
    dist(site, "beta", {"beta.py": b"B = 1\n", "beta.so": b""})


def empty(site: Path) -> None:
    (site / "beta").mkdir()


def behind(site: Path) -> None:
    write(site.parent, {"behind/alpha/__init__.py": b"", "behind/beta.py": b""})
    write(site, {"behind.pth": b"../behind\n"})


def cached(site: Path) -> None:
    shutil.move(site / "alpha", site.parent / "cached")
    (site / "alpha").symlink_to("../cached")


HARMLESS: list[tuple[str, Alter]] = [
    ("nothing", lambda site: None),
    ("a directory of data beside a module", empty),
    ("a directory of data with modules below", put("beta/deep/__init__.py", "beta/run.py")),
    ("a module beside a package", put("alpha.py", "alpha.so", "alpha.pyc")),
    ("compiled files", put("__pycache__/beta.cpython-311.pyc", "alpha/__pycache__/__init__.cpython-311.pyc")),
    ("what is only compiled, beside its source", put("beta.pyc", "alpha/__init__.pyc")),
    ("an extension for another Python", put("beta.cpython-36m-x86_64-linux-gnu.so", "alpha/__init__.cp36-win.pyd")),
    ("stubs", other({"beta-stubs/__init__.pyi": b"", "alpha/__init__.pyi": b""})),
    ("another part of a namespace", other({"space/two/__init__.py": b"", "space/three.py": b""})),
    ("another part of an open package", other({"opened/__init__.py": OPEN, "opened/three.py": b""})),
    ("another text of an open package", other({"legacy/__init__.py": OPEN, "legacy/three.py": b""})),
    ("a plugin inside of a package", other({"alpha/plugins/mine.py": b""})),
    ("the same file from two", other({"alpha/__init__.py": b"A = 1\n", "beta.py": b"B = 1\n"})),
    ("tests that two leave on top", other({"tests/__init__.py": b"# other's\n"})),
    ("a copy that another one vendors", other({"other/_vendor/alpha/__init__.py": b"", "other/beta.py": b""})),
    ("a leftover of an installer", put("~lpha/__init__.py", "~lpha-1.0.dist-info/METADATA")),
    ("virtualenv's start", put("_virtualenv.pth", content=b"import _virtualenv")),
    ("a module of the standard library", put("dataclasses.py", "enum/__init__.py")),
    ("a path that is not there", put("gone.pth", content=b"/gone/alpha\n")),
    ("what comes behind", behind),
    ("links to a cache", cached),
    ("a package that another one adds to", other({"space/__init__.py": b"X = 1\n"})),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["python", "dir"])
@pytest.mark.parametrize(("_name", "alter"), HARMLESS, ids=[one[0] for one in HARMLESS])
def test_what_stands_in_front_of_nothing(
    _name: str, alter: Alter, kind: str, stored: StoredManifest, trained: Path, tmp_path: Path
) -> None:
    target = projects.copy(trained, tmp_path / "target")
    alter(site_packages(target))

    assert said(report_on(stored, source_of(kind, target))) == []


def test_parts_of_others_are_none_of_a_package_that_is_not_there(trained: Path, tmp_path: Path) -> None:
    """Nor is a directory of data and scripts that is named like it."""
    target = projects.copy(trained, tmp_path / "target")
    site = site_packages(target)
    dist(site, "space-two", {"space/two/__init__.py": b"", "space/deep/three.py": b""})
    model = make_model(tmp_path / "model", target, TRAIN)
    for gone in ("space_one-1.0.dist-info", "space/one", "alpha-1.0.dist-info", "alpha"):
        shutil.rmtree(site / gone)
    write(site.parent, {"data/alpha/make.py": b""})
    write(site, {"data.pth": b"../data\n"})

    assert said(report_on(model, source_of("dir", target))) == []


PATHS: list[tuple[str, dict[str, bytes]]] = [
    ("directories of data", {"alpha/run-1/files.txt": b"", "beta/events.log": b"", "eggy/a.csv": b""}),
    ("code below directories of data", {"alpha/run-1/alpha.py": b"", "beta/code/beta.py": b""}),
    ("a part of a namespace", {"space/two/__init__.py": b""}),
    ("an open package", {"opened/__init__.py": OPEN, "legacy/__init__.py": PKG_RESOURCES}),
    ("code of its own", {"features.py": b"", "service/__init__.py": b""}),
    ("a script named like the standard library", {"json.py": b"", "test/__init__.py": b""}),
]


@pytest.mark.parametrize(("_name", "files"), PATHS, ids=[one[0] for one in PATHS])
def test_what_lies_on_pythonpath(
    _name: str, files: dict[str, bytes], stored: StoredManifest, trained: Path, tmp_path: Path
) -> None:
    write(tmp_path / "front", files)

    # ``json`` in front of the standard library breaks the interpreter itself; a directory is enough here.
    target = source_of("dir" if "json.py" in files else "python", trained, tmp_path / "front")
    assert said(report_on(stored, target)) == []


def editable(site: Path, style: str, source: Path) -> None:
    """``beta`` as the builders of Python projects install it from its source."""
    direct = json.dumps({"url": f"file://{source}", "dir_info": {"editable": True}}).encode()
    for path in (site / "beta.py", *site.glob("beta-1.0.dist-info/*")):
        path.unlink()
    inside = source / "src" if style == "a path below" else source
    write(inside, {"beta.py": b"B = 1\n"})
    if style == "setup.py develop":
        (site / "beta-1.0.dist-info").rmdir()
        write(source, {"setup.py": b"", "beta.egg-info/PKG-INFO": b"Name: beta\nVersion: 1.0\n"})
        write(site, {"beta.egg-link": f"{source}\n.".encode(), "easy-install.pth": f"{source}\n".encode()})
    elif style == "a finder":
        finder = b"import sys\nMAPPING = {}\ndef install():\n    pass\n"
        pth = b"import __editable___beta_finder; __editable___beta_finder.install()"
        dist(site, "beta", {"__editable___beta_finder.py": finder, "__editable__.beta.pth": pth},
             more={"direct_url.json": direct})  # fmt: skip
    elif style == "links":
        build = source / "build/__editable__"
        build.mkdir(parents=True)
        (build / "beta.py").symlink_to("../../beta.py")
        dist(site, "beta", {"__editable__.beta.pth": f"{build}\n".encode()}, more={"direct_url.json": direct})
    elif style == "a link":
        (site / "beta.py").symlink_to(inside / "beta.py")
        dist(site, "beta", {}, more={"direct_url.json": direct})
    else:
        more = {} if style == "without an origin" else {"direct_url.json": direct}
        dist(site, "beta", {"_beta.pth": f"{inside}\n".encode()}, more=more)


STYLES = ("a path", "a path below", "a finder", "links", "a link", "setup.py develop", "without an origin")


@pytest.mark.parametrize("kind", ["python", "dir"])
@pytest.mark.parametrize("style", STYLES)
def test_what_is_installed_from_its_source(
    style: str, kind: str, stored: StoredManifest, trained: Path, tmp_path: Path
) -> None:
    target = projects.copy(trained, tmp_path / "target")
    editable(site_packages(target), style, tmp_path / "source")

    # That it has no identity is said whatever import takes.
    assert said(report_on(stored, source_of(kind, target))) == ["unknown package:beta"]


def test_a_source_is_no_owner_of_what_stands_in_front_of_it(
    stored: StoredManifest, trained: Path, tmp_path: Path
) -> None:
    target = projects.copy(trained, tmp_path / "target")
    editable(site_packages(target), "a finder", tmp_path / "source")
    write(site_packages(target), {"beta/__init__.py": b""})

    assert "fail package:beta package-shadowed" in said(report_on(stored, source_of("python", target)))


def test_what_debian_installed_belongs_to_its_package(tmp_path: Path) -> None:
    root = roots.make_debian(tmp_path / "root")
    place = "usr/lib/python3/dist-packages"
    egg(root / place, "eggy")
    lists = f"/{place}/eggy/__init__.py\n/{place}/eggy-1.0-py3.11.egg-info/PKG-INFO\n"
    write(root, {"var/lib/dpkg/info/python3-eggy.list": lists.encode(), "var/lib/dpkg/info/bash.list": b"/bin/bash\n"})
    model = make_model(tmp_path / "model", shallow(tmp_path / "env"), b"import eggy\n")
    quiet = report_on(model, DirectorySource(str(root)))
    write(root, {f"{place}/eggy/__init__.so": b""})

    shadowed = report_on(model, DirectorySource(str(root)))

    assert (said(quiet), quiet.checked.by_place) == ([], 0)
    assert said(shadowed) == ["unknown module:eggy"]


def shallow(path: Path) -> Path:
    projects.make_environment(path, packages=())
    egg(site_packages(path), "eggy")
    return path


def test_what_conda_tells_of_another_package_may_be_damaged(
    trained: Path, stored: StoredManifest, tmp_path: Path
) -> None:
    target = projects.copy(trained, tmp_path / "target")
    write(target, {"conda-meta/damaged-1.0-0.json": b"{"})

    assert [one for one in said(report_on(stored, source_of("python", target))) if "damaged" not in one] == []


def test_a_package_named_like_the_standard_library_comes_behind_it(tmp_path: Path) -> None:
    trained = tmp_path / "env"
    projects.make_environment(trained, packages=())
    dist(site_packages(trained), "other", {"other.py": b""})
    dist(site_packages(trained), "dataclasses", {"dataclasses.py": b""}, version="0.8")
    model = make_model(tmp_path / "model", trained, b"import dataclasses\n")
    packages = tuple(one._replace(use="imported") for one in model.manifest.environment.packages)
    environment = model.manifest.environment._replace(packages=packages)
    model = replace(model, manifest=replace(model.manifest, environment=environment))
    there = said(report_on(model, source_of("python", trained)))
    shutil.rmtree(site_packages(trained) / "dataclasses-0.8.dist-info")

    assert (there, said(report_on(model, source_of("python", trained)))) == ([], [])


def test_by_its_place_is_counted(tmp_path: Path) -> None:
    trained = shallow(tmp_path / "env")
    model = make_model(tmp_path / "model", trained, b"import eggy\n")

    report = report_on(model, source_of("dir", trained))

    assert (said(report), report.checked.by_place) == ([], 1)


def test_what_a_base_shares_stays_behind(trained: Path, stored: StoredManifest, tmp_path: Path) -> None:
    base = roots.write_python(tmp_path / "base")
    shutil.copytree(site_packages(trained), base / "lib/python3.11/site-packages")
    made = roots.write_environment(tmp_path / "env", f"{base}/bin", **{"include-system-site-packages": "true"})
    dist(site_packages(made), "extra", {"extra/__init__.py": b"", "space/four.py": b""})

    found = said(report_on(stored, DirectorySource(str(made))))

    assert [one for one in found if "module" in one or "shadowed" in one] == []


def test_rows_are_read_as_they_are_quoted(trained: Path, stored: StoredManifest, tmp_path: Path) -> None:
    target = projects.copy(trained, tmp_path / "target")
    record = site_packages(target) / "beta-1.0.dist-info/RECORD"
    record.write_text(record.read_text().replace("beta.py,", '"beta.py",') + row("beta/a, b.txt", b"").replace(
        "beta/a, b.txt", '"beta/a, b.txt"'))  # fmt: skip

    assert [one for one in said(report_on(stored, source_of("python", target))) if "build" not in one] == []
