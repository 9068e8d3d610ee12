"""The examples in deploy/ fit the app: its limits, its addresses, its exit statuses; and systemd takes the unit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant.settings import Settings
from index import ledger
from index.reader import LARGEST as LARGEST_DOCUMENT
from pages.gate import COOKIE
from pages.openai_api import LARGEST
from pages.secured import LARGEST_BODY, LARGEST_UPLOAD
from tests.test_repository import README, ROOT, section_of, variables_of_the_code

UNIT = ROOT / "deploy" / "policy-assistant.service"
NGINX = ROOT / "deploy" / "nginx.conf"
SHARED = ROOT / "deploy" / "shared.env"
EXPOSURE = 20  # tenths of what `systemd-analyze security` counts, of 100

# --- nginx ---------------------------------------------------------------------------------------


@dataclass
class Block:
    """Directives of a block by name, each with its arguments, and the blocks inside."""

    head: tuple[str, ...] = ()
    directives: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def one(self, name: str) -> tuple[str, ...]:
        """The arguments of a directive that is there once."""
        (arguments,) = self.directives[name]
        return arguments


def parsed(text: str) -> Block:
    """An nginx configuration: words, quoted ones too, ended by ``;`` or a block in braces."""
    words = iter(re.findall(r'#[^\n]*|"[^"]*"|[;{}]|(?:[^\s;{}"#]|(?<=\S)[#{}](?=\S))+', text))

    def read(head: tuple[str, ...]) -> Block:
        block, line = Block(head), list[str]()
        for word in words:
            if word == ";":
                block.directives.setdefault(line[0], []).append(tuple(line[1:]))
                line = []
            elif word == "{":
                block.blocks.append(read(tuple(line)))
                line = []
            elif word == "}":
                break
            elif not word.startswith("#"):
                line.append(word.strip('"'))
        assert not line, line
        return block

    return read(())


@pytest.fixture(scope="module")
def site() -> Block:
    """The server that speaks TLS."""
    servers = [block for block in parsed(NGINX.read_text("utf-8")).blocks if block.head == ("server",)]
    (found,) = [server for server in servers if "ssl_certificate" in server.directives]
    return found


def location(site: Block, path: str) -> Block:
    """Where nginx serves a path: the first regular expression that matches, else the longest prefix."""
    prefixes: list[Block] = []
    for block in site.blocks:
        _, *how, pattern = block.head
        flags = re.I if how == ["~*"] else 0
        if how and re.search(pattern, path, flags):
            return block
        if not how and path.startswith(pattern):
            prefixes.append(block)
    return max(prefixes, key=lambda block: len(block.head[-1]))


def bytes_of(text: str) -> int:
    return int(text[:-1]) * {"k": 1024, "m": 1024**2}[text[-1]]


STREAMS = (
    "/gradio_api/queue/data",
    "/gradio_api/heartbeat/x",
    "/gradio_api/upload_progress",
    "/v1/chat/completions",
)
ASKED = ("/gradio_api/queue/join", "/gradio_api/call/ask", "/gradio_api/run/ask", "/v1/chat/completions")


def both(paths: tuple[str, ...]) -> list[str]:
    """The paths, those of the page in both languages."""
    return [*paths, *(f"/en{path}" for path in paths if path.startswith("/gradio_api"))]


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/", LARGEST_BODY), ("/gradio_api/queue/join", LARGEST_BODY), ("/gradio_api/upload", LARGEST_UPLOAD),
     ("/en/gradio_api/upload/", LARGEST_UPLOAD), ("/gradio_api/process_recording", LARGEST_UPLOAD),
     ("/v1/chat/completions", LARGEST), ("/documents/uploads", LARGEST_DOCUMENT)],
)  # fmt: skip
def test_bodies_have_the_limits_of_the_app(site: Block, path: str, limit: int) -> None:
    place = location(site, path)
    (size,) = (place if "client_max_body_size" in place.directives else site).one("client_max_body_size")
    assert bytes_of(size) == limit


@pytest.mark.parametrize("path", both(STREAMS))
def test_streams_are_not_held_back(site: Block, path: str) -> None:
    place = location(site, path)
    assert place.one("proxy_buffering") == ("off",)
    assert "proxy_read_timeout" in place.directives


@pytest.mark.parametrize("path", both(ASKED))
def test_questions_are_limited_by_reader(site: Block, path: str) -> None:
    assert any("zone=policy_ask" in arguments for arguments in location(site, path).directives["limit_req"])


@pytest.mark.parametrize("path", ["/metrics", "/ready", "/metrics/", "/Metrics", "/en/metrics", "/ready/x"])
def test_what_is_not_for_the_public_is_not_there(site: Block, path: str) -> None:
    assert location(site, path).one("return") == ("404",)


@pytest.mark.parametrize(
    "path", ["/", "/en/", "/health", "/document/metrics", "/readyness", "/runs/a/report.html"]
)
def test_all_else_reaches_the_app(site: Block, path: str) -> None:
    (address,) = location(site, path).one("proxy_pass")
    name = address.removeprefix("http://")
    (upstream,) = [
        block for block in parsed(NGINX.read_text("utf-8")).blocks if block.head == ("upstream", name)
    ]
    assert upstream.one("server") == (f"{Settings().host}:{Settings().port}",)


def test_headers_are_sent_once_and_the_reader_cannot_forge_them(site: Block) -> None:
    added = [
        arguments[0] for block in (site, *site.blocks) for arguments in block.directives.get("add_header", [])
    ]
    assert added == ["Strict-Transport-Security"]  # in one place: a second would replace the first
    sent = {arguments[0]: arguments[1] for arguments in site.directives["proxy_set_header"]}
    assert sent["X-Forwarded-For"] == "$remote_addr" and sent["X-Forwarded-Proto"] == "$scheme"
    assert sent["X-Request-ID"] == "$request_id" and sent["X-Remote-User"] == ""
    assert "`AUTH_HEADER=X-Remote-User`" in (ROOT / "docs" / "access.md").read_text("utf-8")
    assert not any(
        "proxy_set_header" in block.directives for block in site.blocks
    )  # they would replace those
    assert "proxy_request_buffering" not in NGINX.read_text("utf-8").replace("# proxy_request_buffering", "")


def test_the_lines_for_several_machines_keep_a_reader_on_one() -> None:
    commented = re.sub(r"^( +)# (?=hash|server 10)", r"\1", NGINX.read_text("utf-8"), flags=re.M)
    (upstream,) = [block for block in parsed(commented).blocks if block.head[0] == "upstream"]
    assert upstream.one("hash") == (f"$remote_addr$cookie_{COOKIE}", "consistent")
    assert len(upstream.directives["server"]) == 3
    names = list(upstream.directives)
    assert names.index("hash") < names.index("keepalive")  # nginx wants it so


def test_the_environment_of_a_machine_that_shares_an_index() -> None:
    lines = [line.partition("=") for line in SHARED.read_text("utf-8").splitlines() if line[0] != "#"]
    environ = {name: value for name, _, value in lines}
    settings = Settings.from_environment(environ)
    assert set(environ) <= set(variables_of_the_code())
    assert settings.index.shared and settings.index.chroma_url and not settings.exposed
    assert ledger.connect(settings.index.database_url).url.host == "10.0.0.10"


def test_old_protocols_are_off(site: Block) -> None:
    assert site.one("ssl_protocols") == ("TLSv1.2", "TLSv1.3")


# --- systemd -------------------------------------------------------------------------------------


def unit() -> dict[str, list[str]]:
    """The settings of the unit, each with its values in order."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_is_hardened_and_starts_the_app() -> None:
    values = unit()
    for name, value in {
        "Type": "exec", "ProtectSystem": "strict", "NoNewPrivileges": "yes", "Restart": "on-failure",
        "StateDirectory": "policy-assistant", "CapabilityBoundingSet": "", "KillMode": "mixed",
        "RestartPreventExitStatus": "2 3",  # those of app.py
    }.items():  # fmt: skip
        assert values[name] == [value], name
    assert values["MemoryMax"]
    assert values["ExecStartPre"][0].startswith("-") and values["ExecStartPre"][0].endswith(
        "python -m index build"
    )
    assert values["ExecStart"][0].endswith("python app.py")


def environment() -> dict[str, str]:
    """The variables that the unit sets."""
    pairs = [pair.partition("=") for value in unit()["Environment"] for pair in value.split()]
    return {name: value for name, _, value in pairs}


def test_its_environment_is_made_of_settings() -> None:
    assert Settings.from_environment(environment()) == Settings.from_environment(
        {
            "POLICY_DIR": "/var/lib/policy-assistant/policies",
            "INDEX_DIR": "/var/lib/policy-assistant/index",
            "LOG_FORMAT": "json",
        }
    )


def test_the_commands_of_the_readme_work_on_what_the_unit_works_on() -> None:
    text = section_of(README, "## Operation")
    (command,) = re.findall(r"sudo -u (.+?) -m ", text.replace("\\\n", ""))
    user, program, *pairs, python = command.split()
    assert ([user], program) == (unit()["User"], "env")
    assert unit()["ExecStart"] == [f"{python} app.py"]
    given = {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
    users = given.pop("AUTH_FILE")
    assert given == {name: environment()[name] for name in ("HOME", "POLICY_DIR", "INDEX_DIR")}
    assert Path(users).parent == Path("/var/lib") / unit()["StateDirectory"][0]
    assert f"`AUTH_FILE={users}`" in text
    assert f"export AUTH_FILE={users} " in (ROOT / "docs" / "access.md").read_text("utf-8")
    for name in ("index backup", "index restore", "assistant user add"):
        assert f"\nas_service {name} " in text


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_takes_the_unit_and_finds_little_exposed(tmp_path: Path) -> None:
    text = UNIT.read_text("utf-8").replace("/srv/policy-assistant/.venv/bin/python", sys.executable)
    here = tmp_path / UNIT.name
    here.write_text(text.replace("/srv/policy-assistant", str(tmp_path)), "utf-8")
    for command in (
        ["verify", "--man=no", "--recursive-errors=no"],
        ["security", "--offline=yes", f"--threshold={EXPOSURE}"],
    ):
        done = subprocess.run(
            ["systemd-analyze", *command, str(here)],
            capture_output=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr + done.stdout
        assert UNIT.name not in done.stderr, done.stderr  # a setting that it does not know is a warning only


def test_the_readme_says_how_to_install_them() -> None:
    larger = section_of(README, "## Larger sites")
    assert f"deploy/{SHARED.name}" in larger and f"(deploy/{NGINX.name})" in larger
    text = section_of(README, "## Operation")
    for path in (UNIT, NGINX):
        assert f"(deploy/{path.name})" in text
    for name in re.findall(r"policy_assistant_\w+", text):
        assert name.removeprefix("policy_assistant_").removesuffix("_total") in (
            ROOT / "assistant" / "meter.py"
        ).read_text("utf-8")
