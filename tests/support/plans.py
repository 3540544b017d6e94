"""Plans as ``lineage check`` answers them, one for each way a report can look."""

from lineage.model.plan import Due, ModelPlan, Plan, RevisionEdit
from lineage.portable.environment import Unknown
from lineage.portable.judge import Accepted

_NUMPY = RevisionEdit(
    kind="package",
    subject="package:numpy",
    recorded="1.26.4",
    observed="2.0.1",
    step="major",
    where="requirements.txt:3",
    group="main",
)
_DUE = Due(
    subject="package:numpy",
    action="retrain",
    message="numpy 1.26.4 → 2.0.1 (major), named in the weights",
    recorded="1.26.4",
    observed="2.0.1",
    step="major",
    use="weights",
    where="requirements.txt:3",
)
_OLD = Due(
    subject="code:train.py",
    action="retrain",
    message="train.py changed, the model's code",
    where="train.py",
    is_new=False,
)
_CHECKED = Due(subject="python", action="verify", message="python 3.11.7 → 3.11.9 (patch)", where=".python-version")
_UNREAD = Due(subject="file:uv.lock", action="undecided", message="uv.lock: is not UTF-8", where="uv.lock:7")
_FINE = ModelPlan(name="models/fine", manifest="models/fine.pkl.lineage.toml", action="none")


def _model(name: str, action: str, *reasons: Due, notes: tuple[str, ...] = ()) -> ModelPlan:
    path, is_new = f"models/{name}.pkl.lineage.toml", any(one.is_new for one in reasons if one.action == action)
    return ModelPlan(name=f"models/{name}", manifest=path, action=action, is_new=is_new, reasons=reasons, notes=notes)


_HOSTILE = Due(subject="package:x", action="retrain", message="a\x1b[31m|<b>\n::error::%0A", where="a,b:c.txt:2")

PLANS = {
    "check-fail": Plan(
        base="b" * 40,
        head="a" * 40,
        verdict="fail",
        policies=("pyproject.toml", "pyproject.toml of bbbbbbbbbbbb"),
        changes=(_NUMPY,),
        models=(
            _model("new", "retrain", _DUE, _OLD, notes=("the manifest names no dependency file",)),
            _model("old", "retrain", _OLD, _CHECKED),
            _model("unread", "undecided", _UNREAD),
            _model("near", "verify", _CHECKED),
            _FINE,
        ),
        unknown=(Unknown("file:tools/uv.lock", "is not TOML (aaaaaaaaaaaa)"),),
        accepted=(
            Accepted("package:scipy", "1.13.0", None, "only plots", "2027-01-31"),
            Accepted("python", "3.11.7", "3.11.9", "no change for us", None),
        ),
    ),
    "check-pass": Plan(base=None, head="index", verdict="pass", policies=("defaults",), models=(_FINE,)),
    "check-empty": Plan(
        base="b" * 40,
        head="a" * 40,
        verdict="undecided",
        policies=("defaults",),
        changes=(_NUMPY,),
        notes=("no manifest is tracked here: no model can be judged",),
    ),
    "check-hostile": Plan(
        base=None,
        head="worktree",
        verdict="fail",
        policies=("defaults",),
        models=(_model("\x1b[2J|<i>%", "retrain", _HOSTILE),),
    ),
}
