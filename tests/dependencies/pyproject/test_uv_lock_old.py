"""uv.lock as uv wrote it before 0.3: ``[[distribution]]``, and each source as one text."""

from tests.support.declared import rows
from tests.support.declaredlocks import own, pin

_COMMIT = "1234567890123456789012345678901234567890"


def test_what_the_first_uv_wrote() -> None:
    text = f"""version = 1
requires-python = ">=3.12"

[[distribution]]
name = "app"
version = "0.1.0"
source = "editable+."
[[distribution.dependencies]]
name = "one"

[[distribution]]
name = "one"
version = "1"
source = "registry+https://example.org/simple"

[[distribution]]
name = "three"
version = "3"
source = "direct+https://example.org/three-3.tar.gz"

[[distribution]]
name = "two"
version = "2"
source = "git+https://example.org/a/two?tag=v2#{_COMMIT}"
"""

    assert rows("uv.lock", text) == [
        own("app", 6, "path:.", requires=("one",)),
        pin("one", "1", 13),
        pin("three", "3", 18, origin="https://example.org/three-3.tar.gz"),
        pin("two", "2", 23, origin=f"git+https://example.org/a/two@{_COMMIT}"),
    ]
