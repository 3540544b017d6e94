"""What of the caller's environment reaches whom: code that its variables bring in front of ours is for others.

PYTHONPATH, PYTHONHOME and PYTHONSTARTUP name code. They are for the interpreter that is asked and for the user's own
commands, unchanged; neither we nor git, DVC or a resolver follow them. Every other variable stays honoured.
Imported before anything else of ours, so it imports nothing itself that an interpreter has not loaded by then.
"""

import os
import sys

NAMES = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP")
_APART = "LINEAGE_GIVEN_"
"""Before the name of a variable that is kept for others, from one start to the next."""
_SITES = ("site-packages", "dist-packages")
_WATCHER = "<lineage recorder>"
_given: dict[str, str] = {}


def start_again() -> None:
    """Begin this program anew where a variable brings code of others in front of ours; else nothing happens.

    Not by ``-I`` or ``-E``: variables such as PYTHONUTF8 say how to run, not what.
    """
    found = {name: os.environ[name] for name in NAMES if os.environ.get(name)}
    if not found or sys.flags.ignore_environment or not sys.executable:
        return
    kept = _kept(found.get("PYTHONPATH", ""))
    if found == kept:
        return
    rest = {name: value for name, value in os.environ.items() if name not in NAMES}
    apart = {_APART + name: os.environ[name] for name in NAMES if name in os.environ}
    options = ("-P",) if _is_of_user(_home(())) else ("-P", "-s")
    os.execve(sys.executable, [sys.executable, *options, *sys.orig_argv[1:]], {**apart, **rest, **kept})


def start_in_utf8() -> None:
    """Begin this program anew where names of files are ASCII only, as PYTHONUTF8=0 has it in the locale C: git's and
    manifests' are UTF-8. The variables stay what they are for others."""
    if sys.getfilesystemencoding() == "ascii" and not sys.flags.utf8_mode and sys.executable:
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], os.environ)


def _kept(path: str) -> dict[str, str]:
    """PYTHONPATH as far as we need it: the watcher of a run around us, and where nothing else leads to us (modules of a
    cluster, ``pip install --target``) what lies outside of the working directory."""
    entries = [entry for entry in path.split(os.pathsep) if entry]
    folders = [getattr(one, "folder", "") for one in sys.meta_path if type(one).__module__ == _WATCHER]
    own = {os.path.realpath(os.path.join(folder, os.pardir, "site")) for folder in folders}  # noqa: PTH118
    if entries and _home(entries) is None:
        here = os.path.join(os.path.realpath("."), "")  # noqa: PTH118
        places = (os.path.realpath(entry) for entry in entries)
        own |= {place for place in places if not os.path.join(place, "").startswith(here)}  # noqa: PTH118
    kept = [entry for entry in entries if os.path.realpath(entry) in own]
    return {"PYTHONPATH": os.pathsep.join(kept)} if kept else {}


def _home(but: "list[str] | tuple[()]") -> "str | None":
    """The directory of ``sys.path``, ``but`` for these, that we are installed in."""
    for place in sys.path:
        is_site = os.path.basename(place) in _SITES and place not in but and os.path.isdir(place)  # noqa: PTH119, PTH112
        if is_site and any(name.startswith("model_lineage-") for name in os.listdir(place)):  # noqa: PTH208
            return place
    return None


def _is_of_user(home: "str | None") -> bool:
    return home is not None and home == getattr(sys.modules.get("site"), "USER_SITE", None)


def isolating() -> str:
    """Options with which this interpreter finds us and nothing in front of us; ``""``: only PYTHONPATH leads to us."""
    home = _home([os.path.abspath(one) for one in _given.get("PYTHONPATH", "").split(os.pathsep)])  # noqa: PTH100
    return "" if home is None else "-E -P" if _is_of_user(home) else "-I"


def set_apart() -> None:
    """Take those variables out of what our own children are given, as far as we do not need them ourselves."""
    for name in [one for one in os.environ if one in NAMES or one.startswith(_APART)]:
        value = os.environ.pop(name)
        plain = name.removeprefix(_APART)
        if plain != name or plain not in _given:
            _given[plain] = value
    if _given.get("PYTHONPATH") and not sys.flags.ignore_environment:
        os.environ.update(_kept(_given["PYTHONPATH"]))


def as_given(environment: "os._Environ[str] | dict[str, str]") -> dict[str, str]:
    """An environment of this process as the caller gave it, for what the caller asked to run."""
    rest = {name: value for name, value in environment.items() if not name.startswith(_APART)}
    return rest | _given
