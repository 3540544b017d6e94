"""Files that an interpreter would import or run and that no RECORD owns: which they are, and what each one means.

Rules:

1. Importable are ``.py``, extension modules, ``.pyc`` outside ``__pycache__`` and, on top, ``.pth``.
2. What lies in a directory that one package owns is a difference of that package.
3. Anything else fails where it runs whenever Python starts, or stands in front of a module that was recorded or of
   the standard library; otherwise it is a note, with the step ``none``.
4. The start-up files that installers leave without a RECORD are known by their content, not by their name.
"""

import hashlib
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

from lineage.portable.compare import Change
from lineage.portable.names import module_of as module_of

STARTUP = ("sitecustomize", "usercustomize")

# The _virtualenv.py of every virtualenv from 20.0.8 to 21.15.11 and of uv from 0.1 to 0.13.
_VIRTUALENV = frozenset(
    [
        "0278334cdcfab4c746b4416fbd5c2b6e7da937c81e132397d62c361d404ebe0e",
        "02943e192823d75212f206e1f2991ac572119882683a95dfbb7a1b913d7b14b5",
        "07584d2a5d13e0811eb567d78ed2aca0fb60e7defff59a01ca7a48d907bdea51",
        "095a1099733d28c837bca584f5fb3eb3724e357f8846c015083dc6e9a7b985f3",
        "0aeb86546345c1d0fada097536e35525714d5cdbcc2d8eb3f9912a955044fcff",
        "0f20351ea7e90039c46d3fabdef991f28b1e3ff33eb13ee6f0d5cd21ea0e8b14",
        "119e4eb9c1a39e6ffd220840844bd326fa1bd3acf2f1c9fa0612949aedc228a5",
        "460589e83387d4dfe5fd84d41c5f6979599f5cd080983d73c832549161c80435",
        "65de6a7145016299fba5fc2f113d278b53db54fa9a4f32ff4b837d5ee2a4608a",
        "684b8c07932ba4a84ac2e5ae9afe49ef04e92bac3d8d4191d455cf09d093e5fc",
        "6cf30c56faf2a55228914dbbd17f8088ed371ebb08f5e7fa6fd931f913fcaf1d",
        "7169dab6537491cb9c573ff83ea0112955fd5180d8535cac70d4c987398dbeef",
        "82944bb74841efbcfdc3539e7d60df63f43cc023041eb183abbd56f44e071b45",
        "956a757e912269c3a2537374d07e70b8faa04ace69b54df88a21f749c5fd4233",
        "96245d9e9c0b16fdcd99b470abe101863858120c9bf57752278ec4d7f9b09a94",
        "bd9633de3d8122488d66fcfa0c7f0c9cd0b58e9147938ddf1f8fa76ca12b6ad5",
        "bec6155ff7bfc88f8e79e481f27fd7ee0a3b40eeca9bfeb41f4c4b997b2f8100",
        "c9199315871b11b12df226f890a38e66e63191e1adbfb11a66e6861151b33fca",
        "ce57d5e0d9b5d7356cb42da7450ba8f9359bdf693e335f4c921626943c77e64d",
        "cfb3db86aaa53bb62b5ff764970bec2d71c9228590a0ebec57f6ec926cc0bf1a",
        "cfe56cafbd68fd31a0e87100f111d7d2f6b7157241096500013c07e88d80a22f",
        "d1ea23a2be4bcbac5e75c69bc03926397bf53ae16e35c58d7c3b73306cb1a81e",
        "d762c207d745129f173766ffd8b96144bef46f5f87c174a7f684d9fa4248c2d5",
        "e3db5fe06ab41ca9b95dd6463b83836787028a1b55562cc383803bb83001a45c",
        "e3e10c8a19a62a49928c139b8e6824eac92dcdda7639953bcd10921011cbbdff",
        "e8c426ce260f866254ff35cefedc8b3efbd6d1446d99d7a4cdeb0095f98a8b8f",
        "ee52b2e2e720a40885a6b4b90c40e28e5c70e550af74d5efd169eaa5db2a6f6f",
        "f4dfaeb9efc1614890cfa94ed15bbe9b2ee15fbe76d569ef5e435e93e4987dc7",
    ]
)
_HACK = "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, '{0}') == 'local'; "
_HONEST_LINES = frozenset(
    [
        "import _virtualenv",
        "import sys; sys.__plen = len(sys.path)",
        "import sys; new=sys.path[sys.__plen:]; del sys.path[sys.__plen:]; p=getattr(sys,'__egginsert',0); "
        "sys.path[p:p]=new; sys.__egginsert = p+len(new)",
    ]
    + [
        _HACK.format(default) + "enabled and __import__('_distutils_hack').add_shim();"
        for default in ("local", "stdlib")
    ]
)

_RUNS = "is in no RECORD and runs whenever Python starts"
_MAX_NOTES = 100


class Candidate(NamedTuple):
    """Something importable that no RECORD owns, on one entry of ``sys.path``."""

    path: str
    """POSIX, relative to the entry"""
    module: str
    """the name it is imported by, without its parents; ``""`` of a ``.pth``"""
    files: int = 1
    """how many importable files it is"""
    content: Optional[bytes] = None
    """of a ``.pth`` and of ``_virtualenv.py``; ``None`` where it cannot be read"""


def needs_content(path: str) -> bool:
    """Whether its content tells what it means."""
    return path == "_virtualenv.py" or path.endswith(".pth")


def runs_code(content: bytes) -> bool:
    """Whether a ``.pth`` runs more than what installers are known to write."""
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    # The interpreter reads it as UTF-8 or in the encoding of the locale, and they end lines differently.
    return any(
        line.startswith(("import ", "import\t")) and line.strip() not in _HONEST_LINES
        for text in (content.decode("utf-8", "replace"), content.decode("latin-1"))
        for line in text.splitlines()
    )


def is_known_virtualenv(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() in _VIRTUALENV


def judge_candidate(one: Candidate, hidden: str) -> Change:
    """The change that a candidate is; ``hidden`` says in words what it stands in front of, ``""`` when nothing."""
    if one.path.endswith(".pth") and not one.module:
        harmful = _RUNS if one.content is None or runs_code(one.content) else ""
    elif one.module in STARTUP:
        harmful = _RUNS
    elif hidden:
        harmful = "is in no RECORD and stands in front of " + hidden
    else:
        harmful = ""
    return Change(
        "file:" + one.path,
        "unowned-file",
        None,
        "{} file{}".format(one.files, "s" * (one.files > 1)),
        "added" if harmful else "none",
        None,
        harmful or "is in no RECORD",
    )


def bounded(changes: Iterable[Change]) -> List[Change]:
    """Every failure, and no more notes than anyone reads: what is left out is counted."""
    kept: List[Change] = []
    left_out = notes = 0
    for one in sorted(set(changes), key=lambda change: (change.subject, change.detail)):
        if one.step == "none":
            notes += 1
            if notes > _MAX_NOTES:
                left_out += 1
                continue
        kept.append(one)
    if left_out:
        detail = "{} more are in no RECORD".format(left_out)
        kept.append(Change("files", "unowned-file", None, str(left_out), "none", None, detail))
    return kept


class Owners:
    """Which packages own which files and directories."""

    def __init__(self) -> None:
        self.files: Dict[str, str] = {}
        """absolute path → a package whose RECORD lists it"""
        self.directories: Dict[str, Set[str]] = {}
        """absolute path → the packages that own something below it"""
        self._modules: Dict[str, str] = {}

    def add(self, path: str, name: str) -> None:
        self.files.setdefault(path, name)
        directory = path.rpartition("/")[0]
        while directory:
            owners = self.directories.setdefault(directory, set())
            if name in owners:
                return
            owners.add(name)
            directory = directory.rpartition("/")[0]

    def nearest(self, path: str, entry: str) -> Tuple[str, Set[str]]:
        """The nearest directory above a path where a package has files, and these packages; else the entry itself."""
        directory = path.rpartition("/")[0]
        while len(directory) > len(entry):
            if directory in self.directories:
                return directory, self.directories[directory]
            directory = directory.rpartition("/")[0]
        return entry, set()

    def hidden(self, module: str, exact: Callable[[str], bool]) -> Optional[str]:
        """The package whose module, an absolute path without suffix, something beside or before it hides."""
        if not self._modules:
            for path, name in self.files.items():
                directory, _, file = path.rpartition("/")
                found = module_of(file)
                if found is not None:
                    self._modules.setdefault(directory + "/" + found, name)
        names = set(self.directories.get(module, ()))
        names.update([self._modules[module]] if module in self._modules else [])
        return next((name for name in sorted(names) if exact(name)), None)
