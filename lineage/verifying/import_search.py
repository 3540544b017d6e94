"""Whether ``import`` would take the files of the packages that were compared, or those of something in front of them.

Metadata tells which version is installed, not which file runs: a directory on PYTHONPATH, another distribution, a copy
without metadata may stand in front. The entries of ``sys.path`` are listed; files are read where that leaves doubt.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from lineage.portable.compare import Change, Comparison, combine
from lineage.portable.distinfo import Distribution
from lineage.portable.environment import EDITABLE, REPOSITORY, Package, Unknown
from lineage.portable.search import Search, Taken, dotted, tops_of
from lineage.portable.tree import Unreadable
from lineage.targets.interpreter import standard_names
from lineage.targets.source import Examination
from lineage.verifying.verify import Inquiry

if TYPE_CHECKING:
    from lineage.verifying.file_owners import FileOwners
    from lineage.verifying.standard_modules import Hidden

_DEPTH = 5
"""How deep a namespace is looked through."""
_COMMON = frozenset(
    [
        *("benchmark", "benchmarks", "bin", "build", "conftest", "data", "dist", "doc", "docs", "etc", "example"),
        *("examples", "include", "lib", "man", "requirements", "samples", "scripts", "setup", "share", "src"),
        *("test", "testing", "tests", "tools", "utils"),
    ]
)
"""Names that many distributions leave on top by mistake: nobody imports them from there."""


def with_imports(asked: Inquiry, compared: Comparison) -> Comparison:
    """The comparison with what ``import`` would take instead of the compared packages."""
    if asked.examination is None:
        return compared
    return _Imports(asked, asked.examination).added_to(compared)


class _Imports:
    def __init__(self, asked: Inquiry, target: Examination) -> None:
        self._target = target
        self._recorded = [one for one in asked.manifest.environment.packages if asked.is_judged(one.name)]
        self._modules = {one.name: one.modules for one in asked.manifest.environment.packages}
        self._code = asked.manifest.code.files
        self._installed = {one.package.name: one for one in target.distributions}
        self._search = Search(target.tree, target.paths, target.observation.environment.abi)
        self._standard = standard_names(target.stdlib)
        """what comes first whatever lies on ``sys.path``, or what a package may only stand in for"""
        self._tops: dict[str, dict[str, list[Distribution]]] = {}
        self._placed = 0

    @cached_property
    def _owners(self) -> "FileOwners":
        # Only where a listing leaves doubt: it reads a lot more, and is dear to import.
        from lineage.verifying.file_owners import FileOwners

        return FileOwners(self._target)

    def added_to(self, compared: Comparison) -> Comparison:
        found: list[Change | Unknown] = []
        absent = {one.subject: one for one in compared.changes if one.code == "package-absent"}
        for package in self._recorded:
            one = self._installed.get(package.name)
            gone = absent.get(f"package:{package.name}")
            if gone:
                instead = self._instead(package)
                found += instead
                if instead:
                    del absent[gone.subject]
            elif one:
                found += self._all_of(package, one)
        found += self._hidden_standard()
        kept = tuple(one for one in compared.changes if one.code != "package-absent" or one.subject in absent)
        checked = (("by_place", self._placed),) if self._placed else ()
        changes = dict.fromkeys(one for one in found if isinstance(one, Change))
        unknown = dict.fromkeys(one for one in found if isinstance(one, Unknown))
        added = Comparison(tuple(changes), tuple(unknown), checked=checked)
        return combine(compared._replace(changes=kept), added)

    def _hidden_standard(self) -> Iterable[Change | Unknown]:
        """Modules of the standard library that a used package imports, and something in front of it gives."""
        front = self._before_library()
        if not front:
            return
        # Only here: hardly any path begins otherwise.
        from lineage.verifying.standard_modules import hidden_modules, importers

        try:
            hidden = hidden_modules(self._target, self._search, front, self._standard)
            found = [one for one in hidden if not self._was_so(one)]
        except Unreadable as error:
            yield Unknown("packages", f"what stands in front of the standard library cannot be told: {error.message}")
            return
        used = {one.name: one for one in self._recorded if one.name in self._installed}
        for by, one in importers(self._target, [self._installed[name] for name in used], found):
            detail = f"its import of {one.module} takes {self._shown(one.taken)}, not the standard library's"
            yield self._shadowed(used[by.package.name], one.taken, self._owners.of(one.taken), detail=detail)

    def _before_library(self) -> Sequence[str]:
        """The entries of ``sys.path`` before the standard library; none where that is not there."""
        paths = self._target.paths
        for place, path in enumerate(paths):
            is_archive = path.endswith(".zip") and path.rpartition("/")[2].startswith("python3")
            if is_archive or self._target.tree.is_kind(f"{path}/os.py", "file"):
                return paths[:place]
        return ()

    def _was_so(self, one: "Hidden") -> bool:
        """Whether it is of the model's own code, or of a package that was there when it was made."""
        is_own = any(f"/{path}".endswith(f"/{one.taken.file}") for path, _ in self._code)
        return is_own or any(name in self._modules for name in self._owners.of(one.taken))

    def _instead(self, package: Package) -> list[Change | Unknown]:
        """What is there of a package that is not installed."""
        found: list[Change | Unknown] = []
        for module in package.modules or (package.name.replace("-", "_"),):
            if module in self._standard:
                continue
            try:
                taken = self._taken(module)
                if taken is not None and not taken.file:
                    taken = self._unowned_below(module)
                owners = self._owners.of(taken) if taken is not None else None
            except Unreadable as error:
                found.append(_cannot_tell(module, error))
                continue
            if owners is None or taken is None or any(module in self._modules.get(name, ()) for name in owners):
                continue
            if owners:
                found.append(self._shadowed(package, taken, owners, "package-provider"))
            else:
                reason = f"{package.name} is not installed, and {self._shown(taken)} is there without metadata"
                found.append(Unknown(f"module:{module}", reason))
        return found

    def _unowned_below(self, namespace: str, depth: int = _DEPTH) -> Taken | None:
        """A module that lies in a namespace, where packages are installed, and that none of them has."""
        for name in self._search.inside(namespace, frozenset(one.path for one in self._target.distributions)):
            taken = self._search.first(name)
            if taken is not None and not taken.file:
                taken = self._unowned_below(name, depth - 1) if depth else None
            if taken is not None and not self._owners.of(taken):
                return taken
        return None

    def _all_of(self, package: Package, one: Distribution) -> Iterable[Change | Unknown]:
        """What stands in front of an installed package, module by module."""
        for module, files in self._claims(package, one).items():
            top = module.partition(".")[0]
            if top in self._standard:
                continue
            try:
                taken = self._taken(module)
                if self._is_simple(one, taken, files):
                    continue
                yield from self._judge(package, one, module, files, taken)
            except Unreadable as error:
                yield _cannot_tell(top, error)

    def _claims(self, package: Package, one: Distribution) -> Mapping[str, frozenset[str]]:
        """Dotted name → the files that a distribution has for it; none for what only the manifest, or it, names."""
        claims: dict[str, frozenset[str]] = {}
        for file in one.content.modules if one.content else ():
            top = file.partition("/")[0].partition(".")[0]
            if top in package.modules or (not package.modules and (top == package.name or top not in _COMMON)):
                name = dotted(file)
                claims[name] = claims.get(name, frozenset()) | {file}
        named: Sequence[str] = package.modules
        if one.content is None and not one.info.endswith(".json"):
            named = named or self._owners.names_of(one)
        elif one.package.origin == EDITABLE:
            named = named or (package.name.replace("-", "_"),)
        known = {name.partition(".")[0] for name in claims}
        claims.update((name, frozenset()) for name in named if name.isidentifier() and name not in known)
        return claims

    def _taken(self, module: str) -> Taken | None:
        """In a process that runs, what it has loaded."""
        found = self._search.first(module)
        loaded = self._target.loaded.get(module)
        if loaded == "":
            raise Unreadable("the process has loaded it from no file")
        if loaded is None or (found is not None and self._is_same(found.path, loaded)):
            return found
        entry = next((path for path in self._target.paths if loaded.startswith(path + "/")), "")
        return Taken(entry, loaded[len(entry) + 1 :])

    def _is_same(self, left: str, right: str) -> bool:
        tree = self._target.tree
        return left == right or tree.resolve_if_any(left) == tree.resolve_if_any(right)

    def _is_simple(self, one: Distribution, taken: Taken | None, files: frozenset[str]) -> bool:
        """It is the distribution's own, and nothing else has files there: so it is nearly always."""
        if taken is None or taken.through or taken.entry != one.path or taken.file not in files:
            return False
        return not self._beside(one, taken.file)

    def _beside(self, one: Distribution, file: str) -> list[Distribution]:
        """The other distributions that have something by the same name on top of the same entry of ``sys.path``."""
        if one.path not in self._tops:
            tops = self._tops[one.path] = {}
            for each in self._target.distributions:
                for name in self._tops_of(each) if each.path == one.path else ():
                    tops.setdefault(name, []).append(each)
        return [other for other in self._tops[one.path].get(file.partition("/")[0], ()) if other is not one]

    def _tops_of(self, one: Distribution) -> frozenset[str]:
        if one.content is not None:
            return one.content.tops
        return tops_of(self._target.tree.read_if_any(f"{one.info}/RECORD"))

    def _judge(
        self, package: Package, one: Distribution, module: str, files: frozenset[str], taken: Taken | None
    ) -> Iterable[Change | Unknown]:
        if taken is None or not taken.file:
            if one.package.origin != EDITABLE and any(
                not self._owners.is_there(f"{one.path}/{file}") for file in files
            ):
                yield Unknown(f"module:{module.partition('.')[0]}", f"{package.name} lists it, and it is not there")
            return
        for init in taken.through:
            around = Taken(taken.entry, init[len(taken.entry) + 1 :])
            if not self._search.is_open(around) and not self._owners.of(around):
                yield self._shadowed(package, around, ())
        is_listed = taken.entry == one.path and taken.file in files
        own = "list" if is_listed else self._owners.owns(one, taken)
        if not own and (package.origin or "").startswith(REPOSITORY) and self._owners.is_in_source(one, taken):
            return  # code of the model's own repository: compared as such
        if own:
            self._placed += own == "place"
            yield from self._contested(package, one, taken)
        elif not (self._search.is_open(taken) and all(self._search.is_open(Taken(one.path, file)) for file in files)):
            yield from self._in_front(package, one, files, taken)

    def _in_front(
        self, package: Package, one: Distribution, files: frozenset[str], taken: Taken
    ) -> Iterable[Change | Unknown]:
        owners = self._owners.of(taken)
        module = dotted(taken.file).partition(".")[0]
        others = [name for name in owners if name != package.name and module in self._modules.get(name, ())]
        if not files and (one.content is not None or taken.entry == one.path) and one.package.origin != EDITABLE:
            if not others:
                reason = f"{package.name} gave it when it was recorded; now {self._shown(taken)} does"
                yield Unknown(f"module:{module}", reason)
        elif others:
            reason = f"the manifest records that {package.name} and {others[0]} give it, and not which one was loaded"
            yield Unknown(f"module:{module}", reason)
        else:
            yield self._shadowed(package, taken, owners)

    def _contested(self, package: Package, one: Distribution, taken: Taken) -> Iterable[Change | Unknown]:
        """Files that another distribution lists too, with other content: whose are they now?"""
        others = self._beside(one, taken.file) if taken.entry == one.path else ()
        for path, other in self._owners.contested(one, others, taken):
            front = Taken(taken.entry, path[len(taken.entry) + 1 :])
            mine, theirs = self._owners.matches(one, path), self._owners.matches(other, path)
            if mine or self._search.is_open(front):
                continue
            module = dotted(taken.file).partition(".")[0]
            if theirs and module not in self._modules.get(other.package.name, ()):
                yield self._shadowed(package, front, (other.package.name,))
                return
            whose = f"{other.package.name}'s" if theirs else "neither's"
            reason = f"{package.name} and {other.package.name} both have {front.file}, and what is there is {whose}"
            yield Unknown(f"module:{module}", reason)
            return

    def _shown(self, taken: Taken) -> str:
        return self._target.root + taken.path

    def _shadowed(
        self, package: Package, taken: Taken, owners: Sequence[str], code: str = "package-shadowed", detail: str = ""
    ) -> Change:
        """Something else in front: the file, and whose it is."""
        named = [f"{name} {one.package.version}" for name in owners if (one := self._installed.get(name))]
        whose = (named or [*owners, "no installed package"])[0]
        detail = detail or f"import takes {self._shown(taken)}"
        observed = whose if code == "package-provider" else f"{taken.file} of {whose}"
        return Change(f"package:{package.name}", code, package.version, observed, "unknown", package.use, detail)


def _cannot_tell(module: str, error: Unreadable) -> Unknown:
    return Unknown(f"module:{module}", f"which file import takes cannot be told: {error.message}")
