"""Describe the interpreter that runs this file: version, platform, ``sys.path``; nothing of its packages.

Run by ``lineage`` in the target's own interpreter as ``python -B probe.py OUT``; must parse and run on Python 3.6
and newer, and at least answer on 2.7. Forbidden: imports of ours, third-party imports, writing anywhere but OUT,
reading the environment beyond the allow-list. The answer goes to the file OUT, as JSON tagged with ``result``:
whatever a ``sitecustomize`` prints cannot spoil it.
"""

import os
import sys

OLDEST = (3, 6)

VARIABLES = (
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "MKL_CBWR",
    "MKL_NUM_THREADS",
    "NPY_DISABLE_CPU_FEATURES",
    "NVIDIA_TF32_OVERRIDE",
    "OMP_NUM_THREADS",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
    "PYTHONOPTIMIZE",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "XLA_FLAGS",
)
"""The only environment variables whose values are ever recorded: they change results, and hold no secret."""

PRESENT = ("LD_LIBRARY_PATH", "LD_PRELOAD")
"""Of these only ``set`` is recorded: they choose other libraries, and name places of one machine."""


def describe():
    """A JSON object: ``sys.path`` and prefixes (paths of this machine), interpreter, platform, markers (PEP 508)."""
    return {
        "path": [entry for entry in sys.path if isinstance(entry, str)],
        "prefix": sys.prefix,
        "base_prefix": getattr(sys, "base_prefix", sys.prefix),
        "python": sys.version.split()[0],
        "implementation": implementation(),
        "abi": abi(),
        "os": {"darwin": "darwin", "win32": "windows", "cygwin": "windows"}.get(sys.platform, sys.platform),
        "machine": uname()[4] or None,
        "libc": libc(),
        "accelerator": accelerator(),
        "variables": variables(),
        "markers": markers(),
        "stdlib": sorted(getattr(sys, "stdlib_module_names", ())),
        "builtin": sorted(sys.builtin_module_names),
        "startup": startup(),
    }


def variables():
    found = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    found.update((name, "set") for name in PRESENT if os.environ.get(name))
    return found


def startup():
    """Where ``site`` read ``.pth`` files, which modules it tried to import, and what else finds modules."""
    site = sys.modules.get("site")
    if site is None or sys.flags.no_site:
        return {"sites": [], "modules": [], "hooks": hooks()}
    try:
        sites = list(site.getsitepackages())
    except (AttributeError, TypeError):  # the site module of old releases of virtualenv
        sites = [entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))]
    modules = ["sitecustomize"]
    if getattr(site, "ENABLE_USER_SITE", None):
        sites.append(site.USER_SITE)
        modules.append("usercustomize")
    return {"sites": [one for one in sites if isinstance(one, str)], "modules": modules, "hooks": hooks()}


def hooks():
    """[name, file or ``None``] of what stands beside Python's own on ``sys.meta_path`` and ``sys.path_hooks``."""
    inner, outer = sys.modules["_frozen_importlib"], sys.modules["_frozen_importlib_external"]
    own = [inner.BuiltinImporter, inner.FrozenImporter, outer.PathFinder, outer.WindowsRegistryFinder]
    own += [outer.FileFinder, outer.ExtensionFileLoader, outer.SourceFileLoader, outer.SourcelessFileLoader]
    own += [getattr(sys.modules.get("zipimport"), "zipimporter", None), getattr(outer, "AppleFrameworkLoader", None)]
    methods = (type, type(hooks), type(outer.FileFinder.path_hook))
    found = []
    for one in [each for hook in list(sys.meta_path) + list(sys.path_hooks) for each in behind(hook, outer.FileFinder)]:
        if any(one is known for known in own):
            continue
        kind = one if isinstance(one, methods) else type(one)
        module = str(kind.__module__)
        file = getattr(sys.modules.get(module), "__file__", None)
        told = [module + "." + kind.__qualname__, os.path.abspath(file) if isinstance(file, str) else None]
        if told not in found:
            found.append(told)
    return found


def behind(hook, finder):
    """The classes that a hook uses which is made as Python makes its own; else the hook itself."""
    if getattr(hook, "__code__", None) is not finder.path_hook().__code__:
        return [hook]
    held = [cell.cell_contents for cell in hook.__closure__ or ()]
    return [each for one in held for each in ([one] if isinstance(one, type) else [loader for loader, _ in one])]


def implementation():
    """The name as ``platform.python_implementation`` gives it, without importing ``platform`` (which may run uname)."""
    name = sys.implementation.name
    return {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}.get(name, name)


def abi():
    """SOABI, read off the suffix of extension modules: ``sysconfig`` would import the whole build configuration."""
    from _imp import extension_suffixes  # what importlib.machinery asks; that would import warnings and more

    suffixes = extension_suffixes()
    suffix = suffixes[0] if suffixes else ""
    return suffix.rpartition(".")[0].lstrip(".") or None


def uname():
    """(system, node, release, version, machine); empty strings where there is no ``uname``."""
    if hasattr(os, "uname"):
        return tuple(os.uname())
    import platform

    return (platform.system(), "", platform.release(), platform.version(), platform.machine())


def libc():
    """Family and version of the C library, ``None`` when it does not tell."""
    try:
        text = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, OSError, ValueError):
        text = None
    if text:
        return text.strip()
    if sys.platform.startswith("linux"):
        return musl()
    return None


def musl():
    """``musl`` and its version from the name of the loader and the maps of this process."""
    try:
        with open("/proc/self/maps", "rb") as maps:
            found = b"ld-musl" in maps.read()
    except OSError:
        found = False
    return "musl" if found else None


def accelerator():
    """NVIDIA driver, GPU names and CUDA toolkit, where their files are there to read: ``{field: text}``."""
    found = {}
    version = first_line("/proc/driver/nvidia/version")
    words = version.split() if version else []
    for word in words:
        if word[0].isdigit() and "." in word:
            found["driver"] = word
            break
    gpus = gpu_names("/proc/driver/nvidia/gpus")
    if gpus:
        found["gpus"] = ", ".join("%s x %d" % (name, gpus.count(name)) for name in sorted(set(gpus)))
    toolkit = cuda_version("/usr/local/cuda/version.json")
    if toolkit:
        found["cuda"] = toolkit
    return found


def first_line(path):
    try:
        with open(path) as file:
            return file.readline()
    except (OSError, UnicodeDecodeError):
        return ""


def gpu_names(directory):
    names = []  # type: ignore[var-annotated]
    try:
        entries = sorted(os.listdir(directory))
    except OSError:
        return names
    for entry in entries:
        try:
            with open(os.path.join(directory, entry, "information")) as file:
                for line in file:
                    key, _, value = line.partition(":")
                    if key.strip() == "Model":
                        names.append(value.strip())
        except (OSError, UnicodeDecodeError):
            names.append("unreadable")
    return names


def cuda_version(path):
    if not os.path.exists(path):
        return ""
    import json  # not above: every process of a watched run describes itself

    try:
        with open(path) as file:
            document = json.load(file)
        return str(document["cuda"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def markers():
    """The environment that PEP 508 markers are evaluated in."""
    version = sys.implementation.version
    full = "%d.%d.%d" % tuple(version[:3])
    if version.releaselevel != "final":
        full += version.releaselevel[0] + str(version.serial)
    system, _, release, build, machine = uname()
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": full,
        "os_name": os.name,
        "platform_machine": machine,
        "platform_python_implementation": implementation(),
        "platform_release": release,
        "platform_system": system,
        "platform_version": build,
        "python_full_version": sys.version.split()[0],
        "python_version": "%d.%d" % tuple(sys.version_info[:2]),
        "sys_platform": sys.platform,
    }


def main(out):
    import json

    own = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.abspath(sys.path[0]) == own:
        del sys.path[0]
    if sys.version_info < OLDEST:
        answer = {"result": "error", "kind": "too-old", "python": "%d.%d.%d" % sys.version_info[:3]}
    else:
        answer = dict(describe(), result="ok")
    partial = out + ".part"
    with open(partial, "w") as file:
        json.dump(answer, file)
    os.rename(partial, out)


if __name__ == "__main__":
    main(sys.argv[1])
