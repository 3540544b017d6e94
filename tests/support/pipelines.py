"""A DVC pipeline that really ran: plain stages, ``foreach``, ``matrix``, a directory of its own, several metrics."""

from pathlib import Path

from tests.support import projects

RAW = b"1,2\n3,4\n"
BASE = b"\x80\x04K\x01."
"""a pickle, as all weights here"""

FILES = {
    ".gitignore": b"*.log\n",
    "params.yaml": b"lr: 0.1\ntrain: {depth: 3, none: null}\nlines: [us, eu]\nunused: 7\n",
    "conf/extra.toml": b"epochs = 5\n[sizes]\nhidden = 64\n",
    "config.yaml": b"shuffle: true\n",
    "train.py": b"import features\n",
    "features.py": b"",
    "train.sh": (
        b"cat models/base.pkl > /dev/null && printf '\\200\\004K\\002.' > models/fraud.pkl\n"
        b'echo \'{"auc": 0.9, "by": {"us": 0.8}}\' > metrics.json\n'
        b"mkdir -p eval && printf 'auc: 0.7\\nn: 12\\n' > eval/scores.yaml\n"
    ),
    "dvc.yaml": b"""\
stages:
  prepare:
    cmd: cat data/raw.csv > data/clean.csv
    deps: [data/raw.csv]
    outs: [data/clean.csv]
  train:
    cmd: sh train.sh ${lr}
    deps: [train.py, train.sh, data/clean.csv, models/base.pkl]
    params:
    - lr
    - train
    - conf/extra.toml: [epochs, sizes.hidden]
    outs: [models/fraud.pkl]
    metrics:
    - metrics.json: {cache: false}
    - eval/scores.yaml
  line:
    foreach: ${lines}
    do:
      cmd: cat models/base.pkl > models/${item}.pkl && echo '{"auc":1}' > ${item}.json
      deps: [data]
      params: [lr]
      outs: ["models/${item}.pkl"]
      metrics: ["${item}.json"]
""",
    "deep/dvc.yaml": b"""\
stages:
  sized:
    matrix: {size: [s, l]}
    wdir: work
    cmd: mkdir -p out-${item.size} && cp ../../config.yaml out-${item.size}/a.pkl && echo 1 > m-${item.size}
    deps: [../../config.yaml]
    params: [{../../conf/extra.toml: null}]
    outs: ["out-${item.size}"]
    metrics: ["m-${item.size}"]
""",
    "deep/work/keep": b"",
}


def make_pipeline(root: Path) -> Path:
    """A repository whose stages all ran once, everything committed."""
    projects.make_repository(root, FILES)
    projects.dvc(root, "init", "--quiet")
    projects.write(root, {"data/raw.csv": RAW, "models/base.pkl": BASE})
    (root / projects.MODEL).unlink()
    projects.dvc(root, "add", "--quiet", "data/raw.csv", "models/base.pkl")
    projects.dvc(root, "repro", "--quiet", "--all-pipelines")
    projects.commit(root)
    return root
