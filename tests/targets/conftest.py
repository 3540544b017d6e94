"""A Python to stand on that nobody has patched."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import projects


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed Python with packages of its own: a copy of the program, the rest links to the real one.

    Debian's has a ``sitecustomize``, which comes before any other, and packages elsewhere.
    """
    prefix, real = tmp_path_factory.mktemp("base") / "python", Path(sys.base_prefix)
    library = "python{}.{}".format(*sys.version_info[:2])
    for place in ("bin", f"lib/{library}", "include"):
        (prefix / place).mkdir(parents=True)
    shutil.copy2(Path(real, "bin", library).resolve(), prefix / "bin" / library)
    (prefix / "bin" / "python").symlink_to(library)
    (prefix / "bin" / "python3").symlink_to(library)
    for path in (real / "lib" / library).iterdir():
        if path.name not in ("site-packages", "dist-packages", "sitecustomize.py"):
            (prefix / "lib" / library / path.name).symlink_to(path)
    for path in (real / "include").iterdir():
        (prefix / "include" / path.name).symlink_to(path)
    asked = [str(prefix / "bin" / "python"), "-I", "-c", "import site; print(site.getsitepackages()[-1])"]
    site = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    projects.install(site, "in-base", "1.0")
    projects.install(site, "numpy", "1.0")
    return prefix
