"""The story of the tool on real input: a model, the environment it was trained in, and targets that may not serve it.

Run by ``make demo`` with the Python that the tool is installed in. It plays in a scratch folder, which is removed at
the end; ``DEMO_DIR`` names one to keep. Each command stands as a user would type it, its real output below it. The
story ends with 0 only when every step went as told, and else names the step that did not.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """What to install: releases that have wheels for one Python, and work together without a warning."""

    trained: str
    """scikit-learn to train with"""
    other: str
    """another scikit-learn"""
    bounds: tuple[str, ...] = ("numpy<2.3", "scipy<1.16")


RELEASES = {
    (3, 11): Releases(trained="1.4.2", other="1.5.2"),
    (3, 12): Releases(trained="1.4.2", other="1.5.2"),
    (3, 13): Releases(trained="1.5.2", other="1.6.1"),
}

NEWEST = Releases(trained="1.7.2", other="1.8.0", bounds=("numpy<2.4", "scipy<1.17"))
"""For every newer Python."""

TRAIN = """\
import json
from pathlib import Path

import joblib
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline

images, digits = load_digits(return_X_y=True)
train_images, test_images, train_digits, test_digits = train_test_split(
    images, digits, test_size=0.25, random_state=0, stratify=digits
)
model = make_pipeline(PCA(20, random_state=0), LogisticRegression(max_iter=2000))
model.fit(train_images, train_digits)
Path("models").mkdir(exist_ok=True)
joblib.dump(model, "models/digits.joblib")
accuracy = round(float(model.score(test_images, test_digits)), 4)
Path("metrics.json").write_text(json.dumps({"accuracy": accuracy}) + "\\n")
print("accuracy", accuracy)
"""

COMPONENT = """\
import sklearn
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split

images, digits = load_digits(return_X_y=True)
train_images, _ = train_test_split(images, test_size=0.25, random_state=0, stratify=digits)
first = PCA(20, random_state=0).fit(train_images).components_[0]
print(sklearn.__version__, f"{first[abs(first).argmax()]:+.6f}")
"""


class NotAsToldError(Exception):
    """A step of the story ended differently."""


class Story:
    """Types commands into one project folder."""

    def __init__(self, project: Path, env: Mapping[str, str]) -> None:
        self._project = project
        self._env = env
        self._verdicts: list[tuple[str, int]] = []

    def tell(self, text: str) -> None:
        """A sentence between commands."""
        print(f"\n# {text}", flush=True)

    def type(self, command: str, *, ends: int = 0, shows: str = "", step: str = "") -> str:
        """Run a command line, show it and its output, and hold it to its ending; ``shows`` is a pattern."""
        print(f"$ {command}", flush=True)
        output = []
        with _child(["sh", "-c", command], self._project, self._env) as child:
            for line in child.stdout or ():
                print(line, end="", flush=True)
                output.append(line)
        text = "".join(output)
        if child.returncode != ends:
            raise NotAsToldError(f"{step or command}: it ended with {child.returncode}, not {ends}")
        if not re.search(shows, text):
            raise NotAsToldError(f"{step or command}: its output does not show {shows!r}")
        if step:
            self._verdicts.append((step, ends))
        return text

    def sum_up(self, seconds: float) -> None:
        """Every step that mattered, with the exit code it was held to."""
        self.tell("As told:")
        for step, ends in self._verdicts:
            print(f"exit {ends}  {step}")
        print(f"{seconds:.0f} seconds")


@contextmanager
def _child(command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> Iterator["subprocess.Popen[str]"]:
    """A process of its own group: whatever ends the story early ends the whole group, first by asking."""
    child = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        yield child
        child.wait()
    except BaseException:
        for number in (signal.SIGINT, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(child.pid, number)
                child.wait(timeout=3)
        raise


def _environment(scratch: Path) -> dict[str, str]:
    """The caller's environment, without what would change the story: git's, DVC's and Python's own settings."""
    foreign = ("GIT_", "DVC_", "LINEAGE_", "PYTHON", "VIRTUAL_ENV", "CONDA_", "PIP_REQUIRE_VIRTUALENV", "PIP_USER")
    env = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "Demo", f"GIT_{role}_EMAIL": "demo@example.org"}
    return env | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)]),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(scratch / ".dvc-site"),
        "DVC_GLOBAL_CONFIG_DIR": str(scratch / ".dvc-global"),
        "DVC_SYSTEM_CONFIG_DIR": str(scratch / ".dvc-system"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "NO_COLOR": "1",
    }


def _prepare(story: Story, project: Path, releases: Releases) -> None:
    """A repository with committed code, and its training environment."""
    story.tell("A project: code in git, weights to be tracked by DVC, requirements compiled by pip-tools.")
    (project / "train.py").write_text(TRAIN, encoding="utf-8")
    (project / "first_component.py").write_text(COMPONENT, encoding="utf-8")
    wanted = ["joblib", f"scikit-learn=={releases.trained}", *releases.bounds]
    (project / "requirements.in").write_text("".join(f"{one}\n" for one in wanted), encoding="utf-8")
    story.type("git init --quiet --initial-branch=main")
    story.type("dvc init --quiet")
    story.type("cat requirements.in")
    no_places = "--no-emit-index-url --no-emit-find-links --no-emit-trusted-host"
    story.type(f"pip-compile --quiet --strip-extras {no_places} --output-file=requirements.txt requirements.in")
    story.type("grep == requirements.txt", shows=rf"(?m)^scikit-learn=={re.escape(releases.trained)}$")
    story.type("git add .")
    story.type("git commit --quiet --message 'Train a classifier of digits'")

    story.tell("The training environment.")
    story.type("python -m venv ../train")
    story.type("../train/bin/python -m pip install -qq -r requirements.txt")


def _train(story: Story) -> None:
    story.tell("Train, watched: what ran, what it loaded and what it wrote is frozen beside the weights.")
    story.type(
        "lineage run --metrics metrics.json -- ../train/bin/python train.py",
        shows=r"(?m)^accuracy 0\.9\d+$(?s:.*)^manifest: models/digits\.joblib\.lineage\.toml$",
        step="train, and capture what the training made",
    )
    story.type("dvc add --quiet models/digits.joblib")
    story.type("git add models metrics.json")
    story.type("git commit --quiet --message 'Record the digits model'")
    story.type("lineage show", shows="models/digits", step="show the manifest")


def _judge(story: Story, project: Path, releases: Releases) -> None:
    """The manifest against every target, good and bad."""
    trained, other = releases.trained, releases.other
    moved = rf"fail +scikit-learn +{re.escape(trained)} → {re.escape(other)}"
    story.tell("May the model be served in the environment that it was trained in?")
    verify = "lineage verify --against python:"
    story.type(f"{verify}../train/bin/python", shows=r"(?m)^pass: ", step="verify the training environment")

    story.tell("In another real environment, where somebody moved scikit-learn?")
    story.type(f"sed s/scikit-learn=={trained}/scikit-learn=={other}/ requirements.txt > ../serve.txt")
    story.type("python -m venv ../serve")
    story.type("../serve/bin/python -m pip install -qq -r ../serve.txt")
    story.type(f"{verify}../serve/bin/python", ends=1, shows=moved, step="verify another scikit-learn")
    _explain(story)

    story.tell("In an equal copy made another way: another place, wheels from a folder, no pip inside, no .pyc files?")
    story.type("../train/bin/python -m pip download -qq --no-deps --dest ../wheels -r requirements.txt")
    story.type("python -m venv --without-pip ../copy")
    story.type(
        "python -m pip --python ../copy/bin/python install -qq --no-index --find-links ../wheels"
        " --no-deps --no-compile -r requirements.txt"
    )
    story.type(f"{verify}../copy/bin/python", shows=r"(?m)^pass: ", step="verify an equal copy made another way")

    story.tell("With one byte of the weights changed?")
    weights = project / "models" / "digits.joblib"
    offset = weights.stat().st_size // 2
    changed = weights.read_bytes()[offset] ^ 0xFF
    put = f"dd of=models/digits.joblib bs=1 seek={offset} conv=notrunc"
    story.type(f"printf {shlex.quote(f'{chr(92)}{changed:03o}')} | {put} 2>/dev/null")
    story.type(
        f"{verify}../train/bin/python",
        ends=1,
        shows=r"(?m)^fail +weights models/digits\.joblib ",
        step="verify with one byte of the weights changed",
    )
    story.tell("With the byte put back?")
    story.type("dvc checkout --quiet --force models/digits.joblib.dvc")
    story.type(f"{verify}../train/bin/python", shows=r"(?m)^pass: ", step="verify with the byte put back")


def _bump(story: Story, releases: Releases) -> None:
    """Edits of dependencies, judged before anything is installed."""
    story.tell("A pull request that adds a linter: does a model have to be retrained?")
    story.type("git switch --quiet --create linter")
    story.type("echo ruff==0.6.9 >> requirements.txt")
    story.type("git commit --quiet --all --message 'Lint'")
    story.type("lineage check main..HEAD", shows=r"(?m)^pass: ", step="check a pull request that adds a linter")

    story.tell("And one that moves scikit-learn?")
    story.type("git switch --quiet --create bump main")
    story.type(f"sed -i s/scikit-learn=={releases.trained}/scikit-learn=={releases.other}/ requirements.txt")
    story.type("git commit --quiet --all --message 'Bump scikit-learn'")
    due = rf"scikit-learn {re.escape(releases.trained)} → {re.escape(releases.other)} \(minor\), named in the weights"
    story.type("lineage check main..HEAD", ends=1, shows=due, step="check a pull request that moves scikit-learn")
    story.type("git switch --quiet main")


def _explain(story: Story) -> None:
    """Why the difference matters, as measured here; nothing is claimed that was not seen."""
    story.tell("Why it matters: the same code on the same data, in both; the largest value of the first component.")
    measured = [story.type(f"../{name}/bin/python first_component.py").split() for name in ("train", "serve")]
    (trained, before), (other, after) = measured
    if float(before) == -float(after):
        meaning = "the first component has the other sign there: what is built on it means the opposite"
    elif before != after:
        meaning = "the first component is another one: what is built on it means something else"
    else:
        meaning = "this pair agrees here, which only running both could tell: a gate does not guess"
    story.tell(f"Measured: {before} with {trained}, {after} with {other}: {meaning}.")


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for the story: removed at the end, unless ``DEMO_DIR`` names one."""
    named = os.environ.get("DEMO_DIR")
    if not named:
        with tempfile.TemporaryDirectory(prefix="lineage-demo-", ignore_cleanup_errors=True) as made:
            yield Path(made).resolve()
        return
    folder = Path(named).resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotAsToldError(f"DEMO_DIR={named}: is not an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    print(f"kept in {folder}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Tell the story; 0 when it went as told, 1 when not, 130 when interrupted."""
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    try:
        if shutil.which("git") is None:
            raise NotAsToldError("git is not on PATH")
        with _scratch() as scratch:
            project = scratch / "digits"
            project.mkdir()
            releases = RELEASES.get(sys.version_info[:2], NEWEST)
            story = Story(project, _environment(scratch))
            _prepare(story, project, releases)
            _train(story)
            _bump(story, releases)
            _judge(story, project, releases)
            story.sum_up(time.monotonic() - started)
    except NotAsToldError as error:
        print(f"\ndemo: not as told: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ndemo: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
