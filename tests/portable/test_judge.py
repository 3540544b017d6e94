"""Changes judged by a policy: every rule fails on an example, and nothing unknown passes."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.portable.compare import Change, Comparison, compare
from lineage.portable.environment import USES, Environment, Observation, Unknown
from lineage.portable.judge import REASONS, RULES, Finding, Verdict, by_subject, judge, movement
from lineage.portable.names import STEPS
from lineage.portable.policy import TOLERANCES, Policy, VerifyPolicy
from tests.support.generated import environments

TODAY = date(2026, 11, 20)
ONE_PACKAGE = (("version", 1),)


def judged(*changes: Change, policy: VerifyPolicy | None = None, incomparable: int = 0) -> Verdict:
    comparison = Comparison(changes, counted=ONE_PACKAGE, incomparable=incomparable)
    return judge(comparison, Policy(verify=policy or VerifyPolicy()), "models/fraud", TODAY)


def package(version: str = "2.0.1", step: str = "major", use: str = "weights", name: str = "numpy") -> Change:
    return Change(f"package:{name}", "package-version", "1.26.4", version, step, use)


STRICT = VerifyPolicy(extra="none", accelerator="none", variables="none")
FAILING = {
    "python-version": (
        Change("python", "python-version", "3.11.7", "3.12.1", "minor"),
        "python 3.11.7 → 3.12.1 (minor)",
    ),
    "python-implementation": (
        Change("python:implementation", "python-implementation", "CPython", "PyPy", "major"),
        "python implementation CPython → PyPy",
    ),
    "python-abi": (
        Change("python:abi", "python-abi", "cpython-311", "cpython-311d", "major"),
        "python abi cpython-311 → cpython-311d",
    ),
    "platform-os": (Change("platform:os", "platform-os", "linux", "darwin", "major"), "platform os linux → darwin"),
    "platform-machine": (
        Change("platform:machine", "platform-machine", "x86_64", "aarch64", "major"),
        "platform machine x86_64 → aarch64",
    ),
    "platform-libc": (
        Change("platform:libc", "platform-libc", "glibc 2.36", "musl 1.2", "major"),
        "platform libc glibc 2.36 → musl 1.2",
    ),
    "accelerator": (
        Change("accelerator:cuda", "accelerator", None, "12.4", "major"),
        "accelerator cuda nothing → 12.4",
    ),
    "code-changed": (
        Change("code:a.py", "code-changed", "1" * 12, "2" * 12, "unknown", None, "a.py:3: function f differs"),
        "a.py:3: function f differs",
    ),
    "code-absent": (
        Change("code:a.py", "code-absent", "1" * 12, None, "removed", "served", "a.py is missing"),
        "a.py is missing",
    ),
    "package-version": (package(), "numpy 1.26.4 → 2.0.1 (major), named in the weights"),
    "package-build": (
        Change("package:a", "package-build", "1#2", "1#3", "build", "served", "another build of 1, by its record"),
        "a 1#2 → 1#3 (another build of 1, by its record), loaded when the model was served",
    ),
    "package-absent": (
        Change("package:a", "package-absent", "1.0", None, "removed", "required"),
        "a 1.0 is missing, required by what the model imports",
    ),
    "package-provider": (
        Change("package:a", "package-provider", "1.0", "b 1.0", "unknown", "imported", "b provides a instead"),
        "a 1.0 → b 1.0 (b provides a instead), imported by the model's code",
    ),
    "package-shadowed": (
        Change("package:a", "package-shadowed", "1.0", "a.py of b 1.0", "unknown", "imported", "import takes /x/a.py"),
        "a 1.0 → a.py of b 1.0 (import takes /x/a.py), imported by the model's code",
    ),
    "package-extra": (
        Change("package:a", "package-extra", None, "1.0", "added"),
        "a 1.0 is not recorded",
    ),
    "package-file": (
        Change("package:a", "package-file", "0123", "missing", "build", "weights", "a/b.py differs from its RECORD"),
        "a 0123 → missing (a/b.py differs from its RECORD), named in the weights",
    ),
    "unowned-file": (
        Change("file:a.pth", "unowned-file", None, "1 file", "added", None, "is in no RECORD"),
        "file a.pth is in no RECORD",
    ),
    "variable": (
        Change("variable:OMP_NUM_THREADS", "variable", None, "4", "added"),
        "variable OMP_NUM_THREADS nothing → 4",
    ),
    "weights-bytes": (
        Change("weights:models/fraud.pkl", "weights-bytes", "sha256:1", "sha256:2", "build", None, "7 → 8 bytes"),
        "weights models/fraud.pkl sha256:1 → sha256:2 (7 → 8 bytes)",
    ),
    "weights-pointer": (
        Change("weights:models/fraud.pkl", "weights-pointer", "md5:1", "md5:2", "build"),
        "weights models/fraud.pkl md5:1 → md5:2",
    ),
}
NOTED = {
    "startup-code": (
        Change("startup:a.pth", "startup-code", None, "known", "none", detail="runs when Python starts, known"),
        "startup a.pth runs when Python starts, known",
    ),
    "platform-libc-newer": (
        Change("platform:libc", "platform-libc-newer", "glibc 2.36", "glibc 2.37", "build"),
        "platform libc glibc 2.36 → glibc 2.37",
    ),
}


@pytest.mark.parametrize("code", FAILING)
def test_every_rule_fails_on_its_example(code: str) -> None:
    change, message = FAILING[code]

    found = judged(change, policy=STRICT)

    assert (found.outcome, found.unknown, found.accepted) == ("fail", (), ())
    assert [(one.severity, one.change, one.message) for one in found.findings] == [("fail", change, message)]


@pytest.mark.parametrize("code", NOTED)
def test_what_no_policy_fails_is_still_told(code: str) -> None:
    change, message = NOTED[code]

    assert judged(change, policy=STRICT) == Verdict("pass", (Finding(change, "note", "", message),))


def test_builds_that_cannot_be_compared_are_counted_in_one_note() -> None:
    message = "3 packages are builds for another platform or Python: only their versions were compared"
    change = Change("platform", "package-builds", None, None, "none", detail=message)

    assert judged(incomparable=3) == Verdict("pass", (Finding(change, "note", "", f"platform {message}"),))


def test_every_rule_has_an_example_and_its_words() -> None:
    assert {rule.code for rule in RULES} == {*FAILING, *NOTED, "package-builds"}
    assert [rule for rule in RULES if not (rule.title and rule.hint)] == []


@pytest.mark.parametrize("use", [*USES, None])
def test_the_reason_is_the_use(use: str | None) -> None:
    (finding,) = judged(package(use=str(use)) if use else package()._replace(use=None)).findings

    assert finding.reason == REASONS[use or "unknown"]
    assert finding.severity == ("note" if use in ("loaded", "present") else "fail")


@given(step=st.sampled_from(STEPS), accepted=st.sampled_from(STEPS), use=st.sampled_from(USES))
def test_a_step_is_tolerated_up_to_the_tolerance_of_the_use(step: str, accepted: str, use: str) -> None:
    uses = tuple((one, "none" if one != use else accepted) for one in USES if one != "unknown")
    policy = VerifyPolicy(uses=tuple((one, accepted) for one, _ in uses) if use == "unknown" else uses)

    found = judged(package(step=step, use=use), policy=policy)

    within = STEPS.index(step) <= STEPS.index(accepted)
    assert (found.outcome, found.findings[0].severity) == (("pass", "note") if within else ("fail", "fail"))


@pytest.mark.parametrize(
    ("accepted", "outcome"), [("none", "fail"), ("patch", "fail"), ("minor", "pass"), ("any", "pass")]
)
def test_the_tolerance_of_the_python(accepted: str, outcome: str) -> None:
    change = Change("python", "python-version", "3.11.7", "3.12.1", "minor")

    assert judged(change, policy=VerifyPolicy(python=accepted)).outcome == outcome


@pytest.mark.parametrize(
    ("rules", "outcome"),
    [
        ((("numpy", "major"),), "pass"),
        ((("NumPy", "any"),), "pass"),
        ((("num*", "major"),), "pass"),
        ((("num*", "patch"),), "fail"),
        ((("scipy", "any"),), "fail"),
        ((("num*", "any"), ("numpy", "none")), "fail"),
        ((("n*", "none"), ("num*", "any")), "fail"),
    ],
)
def test_a_package_s_own_rule_beats_its_use(rules: tuple[tuple[str, str], ...], outcome: str) -> None:
    assert judged(package(), policy=VerifyPolicy(packages=rules)).outcome == outcome


def test_a_package_s_own_rule_is_stricter_too() -> None:
    change = package(step="patch", use="present")

    assert judged(change).outcome == "pass"
    assert judged(change, policy=VerifyPolicy(packages=(("numpy", "build"),))).outcome == "fail"


@pytest.mark.parametrize("name", ["certifi", "tzdata", "pip", "setuptools", "wheel", "uv"])
def test_a_neutral_package_matters_only_where_the_weights_name_it(name: str) -> None:
    assert [judged(package(use=use, name=name)).outcome for use in ("weights", "imported", "unknown")] == [
        "fail",
        "pass",
        "pass",
    ]
    (finding,) = judged(package(use="imported", name=name)).findings
    assert finding.reason == REASONS["present"]
    assert judged(package(use="imported", name=name), policy=VerifyPolicy(neutral=())).outcome == "fail"


def test_a_neutral_name_may_be_a_glob_and_is_compared_in_its_canonical_form() -> None:
    for pattern in ("types-*", "Types_Requests"):
        policy = VerifyPolicy(neutral=(pattern,))
        assert judged(package(use="imported", name="types-requests"), policy=policy).outcome == "pass"


@pytest.mark.parametrize("use", USES)
def test_an_absent_package_fails_where_nothing_else_would(use: str) -> None:
    change = Change("package:a", "package-absent", "1.0", None, "removed", use)

    loud = use in ("imported", "loaded", "present")
    assert judged(change).outcome == ("pass" if loud else "fail")
    assert judged(change, policy=VerifyPolicy(absent=())).outcome == (
        "pass" if use in ("loaded", "present") else "fail"
    )
    assert judged(change, policy=VerifyPolicy(packages=(("a", "any"),))).outcome == "pass"
    assert judged(change, policy=VerifyPolicy(packages=(("a", "major"),))).outcome == ("pass" if loud else "fail")


def test_an_extra_package_is_tolerated_by_default_or_by_its_own_rule() -> None:
    change = Change("package:a", "package-extra", None, "1.0", "added")

    assert judged(change).outcome == "pass"
    assert judged(change, policy=VerifyPolicy(extra="none")).outcome == "fail"
    assert judged(change, policy=VerifyPolicy(extra="none", packages=(("a", "any"),))).outcome == "pass"


def test_a_file_that_harms_nobody_is_a_note() -> None:
    in_package = FAILING["package-file"][0]._replace(step="none", use="extra")
    unowned = FAILING["unowned-file"][0]._replace(step="none", detail="is in no RECORD")

    assert [one.message for one in judged(in_package, unowned, policy=STRICT).findings] == [
        "file a.pth is in no RECORD",
        "a 0123 → missing (a/b.py differs from its RECORD), installed, not recorded",
    ]
    assert judged(in_package, unowned, policy=STRICT).outcome == "pass"
    assert judged(in_package._replace(step="build"), policy=STRICT).outcome == "fail"
    assert judged(in_package._replace(step="build")).outcome == "pass"


def test_a_platform_or_an_accelerator_may_be_tolerated() -> None:
    platform, accelerator = FAILING["platform-os"][0], FAILING["accelerator"][0]

    assert [judged(one).outcome for one in (platform, accelerator)] == ["fail", "pass"]
    tolerant = VerifyPolicy(os="any", accelerator="none")
    assert [judged(one, policy=tolerant).outcome for one in (platform, accelerator)] == ["pass", "fail"]


def test_failures_come_first_then_by_subject() -> None:
    changes = (package(use="present", name="a"), package(name="z"), package(name="b"))

    assert [one.change.subject for one in judged(*changes).findings] == ["package:b", "package:z", "package:a"]


def test_what_moved_is_told_also_without_a_word_of_detail() -> None:
    assert movement(Change("code:a.py", "code-file", None, "1", "added")) == "nothing → 1"


@given(environment=environments(), accepted=st.sampled_from(TOLERANCES))
def test_an_environment_passes_against_itself_whatever_the_policy(environment: Environment, accepted: str) -> None:
    observed = Observation(environment, kind="python", location="env")
    policy = Policy(verify=VerifyPolicy(uses=tuple((use, accepted) for use in USES[:-1])))

    assert judge(compare(environment, observed), policy, "m", TODAY) == Verdict("pass")


def test_each_unknown_once_in_the_order_of_subjects() -> None:
    b, a = Unknown("b", "x", use="extra"), Unknown("a", "y")

    assert by_subject([b, a, b, a._replace(accepted=True)]) == (a, a._replace(accepted=True), b)
