"""What git is told in the place of the programs that a repository's own configuration names."""

import pytest

from lineage.git.programs import unfollowed

FILTER = (("filter.a.b.clean", "mine"), ("filter.a.b.required", "true"))
OWN_HELPER = ("local", "credential.helper", "evil")


def told(*rows: tuple[str, str, str], **env: str) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    found = unfollowed("".join(f"{scope}\0{key}\n{value}\0" for scope, key, value in rows), env)
    return found.rows, found.variables


def test_the_users_own_and_data_are_left_alone() -> None:
    rows = [
        ("global", "core.sshcommand", "mine"),
        ("local", "http.extraheader", "x"),
        ("local", "url.a.insteadof", "b"),
    ]
    assert told(*rows, ("command", "core.askpass", "x")) == ((), {})


@pytest.mark.parametrize(
    ("key", "users", "env", "expected"),
    [
        ("core.sshcommand", (), {}, (("core.sshcommand", "ssh"),)),
        ("core.sshcommand", (), {"GIT_SSH": "/a b/ssh"}, (("core.sshcommand", "'/a b/ssh'"),)),
        ("core.sshcommand", (("core.sshcommand", "mine"),), {}, (("core.sshcommand", "mine"),)),
        ("core.askpass", (), {"SSH_ASKPASS": "ask"}, (("core.askpass", "ask"),)),
        ("remote.a.b.receivepack", (), {}, (("remote.a.b.receivepack", "git-receive-pack"),)),
        ("remote.a.vcs", (), {}, (("protocol.evil.allow", "never"),)),
        ("hook.a.command", (), {}, (("hook.a.enabled", "false"),)),
        ("filter.a.b.clean", (), {}, (("filter.a.b.clean", ""), ("filter.a.b.required", "false"))),
        ("filter.a.b.clean", FILTER, {}, FILTER),
    ],
)
@pytest.mark.parametrize("scope", ["local", "worktree"])
def test_what_stands_in_the_place_of_a_program(
    scope: str, key: str, users: tuple[tuple[str, str], ...], env: dict[str, str], expected: tuple[tuple[str, str], ...]
) -> None:
    rows = [("global", *one) for one in users]
    assert told(*rows, (scope, key, "evil"), **env) == (expected, {})


def test_the_users_helpers_come_back_in_their_order() -> None:
    mine = (("credential.helper", "one"), ("credential.https://a.helper", "two"))
    assert told(*(("global", *one) for one in mine), OWN_HELPER) == ((("credential.helper", ""), *mine), {})


def test_a_proxy_is_named_by_the_variable() -> None:
    own = ("local", "core.gitproxy", "evil")
    assert told(own) == ((), {"GIT_PROXY_COMMAND": ""})
    users = [("global", "core.gitproxy", "one for example.org"), ("system", "core.gitproxy", "two")]
    assert told(*users, own) == ((), {"GIT_PROXY_COMMAND": "two"})
