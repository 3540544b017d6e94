"""Secrets in all the forms that people give them, and what only resembles one."""

import json
from typing import NamedTuple

VALUE = "s3cr3tValue9x"
"""What nobody may see, where the form has no shape of its own."""
HEX = "0123456789abcdef0123456789abcdef01234567"


class Form(NamedTuple):
    """One secret as words of a command line, and the part that may not be published."""

    words: tuple[str, ...]
    hidden: str = VALUE


# Put together here, so that no scanner of this repository takes them for real ones.
SHAPES = {
    "aws": "AKIA" + "IOSFODNN7EXAMPLE",
    "github": "ghp_" + "a1B2" * 9,
    "github-fine": "github_pat_" + "a1B2_" * 8,
    "gitlab": "glpat-" + "a1B2c" * 4,
    "slack": "xoxb-" + "1234567890-abcdef",
    "huggingface": "hf_" + "aB3" * 11,
    "openai": "sk-" + "proj-" + "a1B2" * 6,
    "google": "AIza" + "a1B2c" * 7,
    "stripe": "sk_" + "live_" + "a1B2" * 6,
    "npm": "npm_" + "a1B2" * 9,
    "pypi": "pypi-" + "AgEIcHlwaS5vcmc" * 4,
    "jwt": "eyJ" + "a" * 12 + ".eyJ" + "b" * 12 + "." + "c" * 12,
    "pem": "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow" + "Ab1/" * 9 + "\n-----END RSA PRIVATE KEY-----",
    "sendgrid": "SG." + "a1B2" * 5 + "." + "c3D4" * 5,
    "databricks": "dapi" + "0123456789abcdef" * 2,
}

FORMS = {
    **{name: Form(("t", "--note", secret), secret[12:30]) for name, secret in SHAPES.items()},
    "hydra-plus": Form(("t", f"+a.token={VALUE}")),
    "hydra-two": Form(("t", f"++a.b.password={VALUE}")),
    "hydra-tilde": Form(("t", f"~x.secret={VALUE}")),
    "hydra-group": Form(("t", f"model@x.api_key={VALUE}")),
    "bearer": Form(("curl", "-H", f"Authorization: Bearer {VALUE}")),
    "bearer-inner": Form(("sh", "-c", f"curl -H 'Authorization: Bearer {VALUE}' x")),
    "basic": Form(("curl", "-H", f"Authorization: Basic {VALUE}")),
    "bearer-alone": Form(("t", f"Bearer {VALUE}")),
    "header": Form(("curl", "-H", f"X-Api-Key: {VALUE}")),
    "cookie": Form(("curl", "-H", f"Cookie: a=b; sid={VALUE}")),
    "cookie-option": Form(("curl", "--cookie", f"sid={VALUE}")),
    "cookie-short": Form(("curl", "-b", f"sid={VALUE}")),
    "cookie-second": Form(("sh", "-c", f"curl -b a=b -u ada: -b sid={VALUE} x")),
    "ldap-inner": Form(("sh", "-c", f"ldapsearch -x -w {VALUE} x")),
    "sqlcmd-inner": Form(("sh", "-c", f"sqlcmd -U sa -P {VALUE}")),
    "json": Form(("t", "--config", json.dumps({"api_key": VALUE, "lr": 1}))),
    "json-inner": Form(("t", json.dumps({"a": {"password": VALUE, "b": 1}}))),
    "json-escaped": Form(("t", json.dumps(json.dumps({"token": VALUE})))),
    "dict": Form(("t", f"{{'secret': '{VALUE}'}}")),
    "semicolons": Form(("t", f"--set=lr=3;password={VALUE};x=1")),
    "ampersands": Form(("t", f"lr=3&token={VALUE}&x=1")),
    "query": Form(("t", f"https://example.org/x?token={VALUE}")),
    "userinfo": Form(("t", f"postgres://ada:{VALUE}@db.example.org/x")),
    "userinfo-slash": Form(("t", f"postgres://ada:x/{VALUE}@db.example.org/x")),
    "userinfo-alone": Form(("t", f"https://{VALUE}@example.org/x")),
    "proxy": Form(("t", "--proxy", f"ada:{VALUE}@proxy.example.org:3128")),
    "login": Form(("curl", "-u", f"ada:{VALUE}", "x")),
    "pwd": Form(("t", "--pwd", VALUE)),
    "pwd-equals": Form(("t", f"--pwd={VALUE}")),
    "mysql": Form(("mysql", "-u", "root", f"-p{VALUE}")),
    "mysql-inner": Form(("sh", "-c", f"mysql -u root -p{VALUE} x")),
    "sshpass": Form(("sshpass", "-p", VALUE, "ssh", "x")),
    "sshpass-port": Form(("sh", "-c", f"sshpass -p {VALUE} ssh -p 22 x")),
    "docker-login": Form(("docker", "login", "-u", "ada", "-p", VALUE)),
    "redis": Form(("redis-cli", "-a", VALUE)),
    "dsn": Form(("t", "--dsn", f"ada:{VALUE}@tcp(h)/db")),
    "dsn-words": Form(("t", "--dsn", f"host=h user=a password={VALUE}")),
    "connection": Form(("t", f"--conn-str=Server=h;Uid=a;Pwd={VALUE};")),
    "account-key": Form(("t", f"AccountName=x;AccountKey={VALUE}{'a1' * 12}==;End=x")),
    "sas": Form(("t", f"sv=2020&sig={VALUE}{'a1' * 12}%3D")),
    "option": Form(("t", "--hf-token", VALUE)),
    "snake": Form(("t", "--api_key", VALUE)),
    "camel": Form(("t", "--apiKey", VALUE)),
    "aws-secret": Form(("env", f"AWS_SECRET_ACCESS_KEY={VALUE}", "t")),
    "joined": Form(("env", f"PGPASSWORD={VALUE}", "t")),
    "docker-env": Form(("docker", "run", "-e", f"HF_TOKEN={VALUE}")),
    "docker-glued": Form(("docker", "run", f"-eHF_TOKEN={VALUE}")),
    "java": Form(("t", f"-Ddb.password={VALUE}")),
    "passphrase": Form(("t", "--passphrase", VALUE)),
    "auth": Form(("t", "--auth", f"ada:{VALUE}")),
    "key": Form(("t", "--key", VALUE)),
    "spaces": Form(("t", "--password", f"correct horse {VALUE}")),
    "quoted-inner": Form(("sh", "-c", f"t --password 'a {VALUE}' x")),
    "export": Form(("sh", "-c", f"export A_TOKEN={VALUE} && t")),
    "value": Form(("t", f"a.credentials.value={VALUE}")),
    "numbered": Form(("t", "--password2", VALUE)),
    "stage": Form(("t", "--token-prod", VALUE)),
    "npmrc": Form(("t", f"//registry.example.org/:_authToken={VALUE}")),
    "yaml": Form(("t", f"password: {VALUE}")),
    "wandb": Form(("wandb", "login", HEX), HEX),
    "wandb-key": Form(("t", f"WANDB_API_KEY={HEX}"), HEX),
}


def of_its_own(form: Form, number: int) -> Form:
    """The same form with another secret in it, so that what is found tells which one it is."""

    def renewed(text: str) -> str:
        return text.replace(VALUE, f"{VALUE[:9]}{number:02}9x").replace(HEX, HEX[number:] + HEX[:number])

    return Form(tuple(map(renewed, form.words)), renewed(form.hidden))


HARMLESS = (
    *("--token-length 12", "max_tokens=128", "tokenizer=bert", "--tokenizer bert", "--password-file x.txt"),
    *(
        "password_file=conf/x.txt",
        "-p 8080",
        "docker run -p 8080:80 img",
        f"--commit {HEX}",
        f"rev={HEX}",
        f"sha256:{HEX}",
    ),
    *("eos_token=</s>", "--pad-token [PAD]", "pad_token=<pad>", "--sort-key label", "key=label", "--primary-key id"),
    *("monkey=3", "keyboard=us", "keypoints=17", "--author Ada", "authority=x", "session=4", "--session-name foo"),
    *("--pass 2", "n_pass=3", "low_pass=butter", "bypass=true", "compass=n", "--auth basic", "auth_method=oidc"),
    *(
        "use_token=true",
        "token=none",
        "--token-env HF_TOKEN",
        "--token ${HF_TOKEN}",
        "--token $HF_TOKEN",
        "secret_name=foo",
    ),
    *(
        "pin_memory=true",
        "tokens=512",
        "num_tokens=3e9",
        "--max-new-tokens 64",
        "token_dropout=0.1",
        "special_tokens=a,b",
    ),
    *(
        "public_key=abc",
        f"--cache-key {HEX}",
        f"--image repo/app:1.2@sha256:{HEX}",
        f"git+https://example.org/a/b@{HEX}",
    ),
    *(
        "--run 10:30@noon",
        "host=localhost:8080",
        "--data data/x.csv",
        "lr=1e-3",
        "--optimizer.key_dim 64",
        "+db@backup=x",
    ),
    *(
        "--secrets-dir conf",
        "passes=3",
        "--passthrough x",
        "--label-key y",
        "--dataset imdb-v2",
        "credentials=gcp.json",
    ),
    *("dsn=mydb", "sqlite:///x.db", "a=b;c=d", """'{"lr": 1}'""", "--model hf_hub/bert", "--task sk-learn"),
    *("Basic understanding of things", "token_type_ids=true", "--keep 3", "cookie_policy=x", "--signature train"),
)
