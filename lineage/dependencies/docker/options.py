"""Options of installers: which of them take a value."""

from collections.abc import Sequence

from lineage.dependencies.docker.shell_words import Word

_VALUED = {
    "pip": (
        "--abi --all-releases --bounds --branch --build-constraint --cache-dir --cert --client-cert"
        " --config-setting --config-settings --default-index --dest --directory --exclude-newer --exists-action"
        " --extra --extra-index-url --extras --find-links --global-option --group --implementation --index"
        " --index-strategy --index-url --install-dir --keyring-provider --link-mode --log --marker --no-binary"
        " --no-binary-package --no-build-package --no-extra --no-group --no-install-package --only --only-binary"
        " --only-final --only-group --override --overrides --package --platform --prefix --prerelease"
        " --progress-bar --project --prompt --proxy --pypi-url --python --python-platform --python-version"
        " --reinstall-package --report --resolution --retries --rev --root --script --seed-packages --source --src"
        " --tag --target --timeout --torch-backend --trusted-host --upgrade-package --upgrade-strategy"
        " --use-feature --wheel-dir --with --with-requirements --without -C -E -G -P -b -d -f -i -p -t -w"
    ),
    "conda": (
        "--category --channel --environment --experimental --file --log-level --manifest-path --name --platform"
        " --prefix --rc-file --repodata-fn --root-prefix --solver --subdir -c -e -f -n -p -r"
    ),
    "apt": "--config-file --default-release --option --target-release -a -c -o -t",
}

VALUED = {family: frozenset(options.split()) for family, options in _VALUED.items()}
"""Those that take the word behind them as their value, for a family of installers: ``pip`` is uv's too."""


def position_of(words: Sequence[Word], index: int, kind: str) -> int:
    """Of the first word from ``index`` on that is neither an option nor the value of one."""
    while index < len(words) and words[index].text.startswith("-"):
        index += 2 if "=" not in words[index].text and words[index].text in VALUED[kind] else 1
    return index


def values_of(words: Sequence[Word], names: Sequence[str]) -> list[Word]:
    """The values of options, each as a word."""
    found = []
    for index, word in enumerate(words):
        name, equals, value = word.text.partition("=")
        if name in names and equals:
            found.append(word._replace(text=value))
        elif name in names and index + 1 < len(words):
            found.append(words[index + 1])
    return found


def value_of(words: Sequence[Word], names: Sequence[str]) -> str:
    """The last value of an option; ``""`` where it has none that is known."""
    return next((word.text for word in reversed(values_of(words, names)) if word.is_known), "")
