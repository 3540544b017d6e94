"""``verify`` gathers, combines and judges what any comparators find: a new comparison needs nothing of it."""

from datetime import date
from pathlib import Path

import pytest

from lineage.model.manifest import StoredManifest
from lineage.model.report import Report
from lineage.portable.compare import Change, Comparison
from lineage.portable.environment import Unknown
from lineage.portable.judge import RULES
from lineage.portable.policy import Policy, VerifyPolicy
from lineage.report.formats import FORMATS, render
from lineage.report.text import Style
from lineage.targets.source import ManifestSource
from lineage.verifying.packages import Packages
from lineage.verifying.verify import Comparator, Inquiry, verify
from tests.support import projects
from tests.support.recording import TODAY, failures, recorded, source, unknowns


class Parameter:
    """A comparison that this version does not know: a parameter of the manifest with the one that is served."""

    examines = False

    def __init__(self, served: int | None) -> None:
        self._served = served

    def compare(self, asked: Inquiry) -> Comparison:
        written = asked.manifest.params["depth"]
        if self._served is None:
            return Comparison(unknown=(Unknown("params:depth", "is not told"),))
        if written == self._served:
            return Comparison(checked=(("files", 1),))
        return Comparison((Change("params:depth", "params", str(written), str(self._served), "unknown"),))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> StoredManifest:
    root = projects.make_repository(tmp_path_factory.mktemp("comparing") / "fraud")
    return recorded(root, environment, params={"depth": 3})


def report_of(stored: StoredManifest, *comparators: Comparator, policy: Policy | None = None) -> Report:
    return verify(stored, ManifestSource(stored), comparators, policy or Policy(), today=TODAY)


@pytest.mark.parametrize(
    ("served", "verdict", "failed", "unseen"),
    [
        (3, "pass", (), ()),
        (4, "fail", ("params depth 3 → 4",), ()),
        (None, "undecided", (), ("params:depth: is not told",)),
    ],
)
def test_a_new_comparison_is_judged_beside_the_others(
    served: int | None, verdict: str, failed: tuple[str, ...], unseen: tuple[str, ...], stored: StoredManifest
) -> None:
    report = report_of(stored, Packages(), Parameter(served))

    assert (report.verdict, failures(report), unknowns(report)) == (verdict, failed, unseen)
    assert report.checked.packages == len(stored.manifest.environment.packages)
    assert report.checked.files == (served == 3)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_what_a_new_comparison_found(form: str, stored: StoredManifest) -> None:
    report = report_of(stored, Packages(), Parameter(4))

    assert "params" not in {rule.code for rule in RULES}
    assert any(words in render(report, form, Style()) for words in ("3 → 4", '"recorded": "3"'))


def test_a_policy_accepts_what_a_new_comparison_cannot_tell(stored: StoredManifest) -> None:
    lenient = Policy(verify=VerifyPolicy(accept_unknown=("params:*",)))

    assert report_of(stored, Packages(), Parameter(None), policy=lenient).verdict == "pass"


def test_without_a_comparator_nothing_is_decided(stored: StoredManifest) -> None:
    report = report_of(stored)

    assert (report.verdict, unknowns(report)) == ("undecided", ("packages: no package could be compared",))


def test_every_package_is_identified_only_for_a_comparator_that_asks_for_it(
    stored: StoredManifest, environment: Path
) -> None:
    given: list[bool] = []

    class Looking(Parameter):
        def compare(self, asked: Inquiry) -> Comparison:
            assert asked.examination is not None
            given.append(all(one.content is not None for one in asked.examination.distributions))
            return super().compare(asked)

    class Examining(Looking):
        examines = True

    for comparator in (Looking(3), Examining(3)):
        verify(stored, source(environment), (comparator,), Policy(), today=date(2026, 11, 21))

    assert given == [False, True]
