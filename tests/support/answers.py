"""Reports of every kind, as values: what the formats are tested on."""

from dataclasses import replace

from lineage.model.report import NOT_LOOKED_AT, Checked, Report, Side
from lineage.portable.compare import Change, Comparison
from lineage.portable.environment import Unknown
from lineage.portable.judge import REASONS, found, judge
from lineage.portable.policy import Policy, Waiver
from tests.support.recording import TODAY

RECORDED = Side(
    kind="manifest",
    location="models/fraud.pkl.lineage.toml",
    python="3.11.7",
    implementation="CPython",
    id="sha256:" + "0123456789abcdef" * 4,
    name="models/fraud",
)
OBSERVED = Side(kind="python", location="/srv/env/bin/python", python="3.12.1", implementation="CPython", executed=True)
BY = (("record", 38), ("artifact", 0), ("origin", 1), ("version", 2))

CHANGES = (
    Change("package:numpy", "package-version", "1.26.4", "2.0.1", "major", "weights"),
    Change("package:joblib", "package-absent", "1.4.2", None, "removed", "required"),
    Change("package:requests", "package-version", "2.31.0", "2.32.0", "minor", "present"),
    Change("package:flask", "package-extra", None, "3.0", "added"),
    Change("package:scipy", "package-build", "1.13.0#1234", "1.13.0#5678", "build", "imported",
           "another build of 1.13.0, by its record"),
    Change("python", "python-version", "3.11.7", "3.12.1", "minor"),
    Change("platform:libc", "platform-libc-newer", "glibc 2.31", "glibc 2.36", "build"),
    Change("weights:models/fraud.pkl", "weights-bytes", "sha256:0123", "sha256:4567", "unknown", None,
           "of the same size"),
)  # fmt: skip
UNKNOWN = (
    Unknown("accelerator:driver", "the target shows none"),
    Unknown("package:torch", "the target has no RECORD of what is installed"),
)
HOSTILE = (
    Change("package:evil", "package-version", "1\x1b[31m2", "<script>alert(1)</script>", "unknown", "present"),
    Change("weights:a|b`c`.pkl", "weights-bytes", "[x](http://e.org)", "@team #1\r\nfail: forged", "unknown", None,
           "*bold* & \u202e \x9b \x00 \ud800"),
)  # fmt: skip


def verdict(
    changes: tuple[Change, ...] = (),
    unknown: tuple[Unknown, ...] = (),
    *,
    policy: Policy | None = None,
    weights: str = "bytes",
    notes: tuple[str, ...] = (),
    observed: Side = OBSERVED,
    code: str = "skipped",
) -> Report:
    """A report of ``verify``, judged as the command judges."""
    judged = judge(Comparison(changes, unknown, BY), policy or Policy(), "models/fraud", TODAY)
    return Report(
        command="verify",
        verdict=judged.outcome,
        recorded=RECORDED,
        observed=observed,
        policy="defaults" if policy is None else "pyproject.toml",
        checked=Checked(
            packages=41,
            by=BY,
            files=int(weights == "bytes"),
            weights=weights,
            code=code,
            code_files=0 if code == "skipped" else 3,
        ),
        findings=judged.findings,
        unknown=judged.unknown,
        accepted=judged.accepted,
        notes=notes,
    )


def difference(verdict: str, changes: tuple[Change, ...] = (), unknown: tuple[Unknown, ...] = ()) -> Report:
    """A report of ``diff``."""
    return Report(
        command="diff",
        verdict=verdict,
        recorded=RECORDED,
        observed=OBSERVED,
        policy="",
        checked=Checked(packages=41, by=BY),
        findings=tuple(found(change, "note", REASONS.get(change.use or "", "")) for change in changes),
        unknown=unknown,
    )


CODE = (
    Change("code:src/features.py", "code-changed", "49d45fd280d0", "1f7a7a472abf", "unknown", None,
           "src/features.py:12: constant 3 → 4 in SIZE"),
    Change("code:train.py", "code-absent", "58fd6f846667", None, "removed", "served", "train.py is missing"),
)  # fmt: skip
UNREAD = (Unknown("code:run.sh", "differs by bytes, and the recorded source is not in this clone"),)

_WAIVER = Waiver("package:numpy", (), "only used for plots", TODAY)

_PASS = verdict(observed=RECORDED)

REPORTS = {
    "verify-pass": replace(
        _PASS, checked=replace(_PASS.checked, weights_files=("models/fraud.pkl",)), not_looked_at=NOT_LOOKED_AT
    ),
    "verify-fail": verdict(CHANGES, UNKNOWN, notes=("tool.new: is not known to this version",)),
    "verify-undecided": verdict(CHANGES[2:4], UNKNOWN, weights="missing"),
    "verify-waived": verdict(CHANGES[:1], policy=Policy(waivers=(_WAIVER,)), weights="skipped"),
    "verify-hostile": verdict(HOSTILE, (Unknown("package:\n## forged", "</td>\x07"),)),
    "verify-code": verdict(CODE, UNREAD, code="ast"),
    "diff-equal": difference("pass"),
    "diff-changed": difference("fail", CHANGES),
    "diff-undecided": difference("undecided", unknown=UNKNOWN),
}
