"""Settings come from the environment, and a wrong value is one sentence that names its variable."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from assistant.settings import Settings, SettingsError
from index.settings import IndexSettings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_empty_values_give_the_defaults() -> None:
    assert Settings.from_environment({"HOST": "", "PORT": "", "AS_OF": "", "POLICY_DIR": ""}) == Settings()


def test_every_variable_is_read() -> None:
    environ = {
        "POLICY_DIR": "/p",
        "INDEX_DIR": "/i",
        "EMBEDDING_MODEL": "m",
        "CHROMA_URL": "c",
        "DATABASE_URL": "d",
        "HOST": "0.0.0.0",
        "PORT": "80",
        "AS_OF": "2027-12-31",
        "LLM": "openai",
        "LLM_BASE_URL": "https://host/v1",
        "LLM_API_KEY": "k",
        "LLM_MODEL": "q",
        "LLM_GGUF": "/g",
        "LLM_GGUF_URL": "h",
        "LLM_CACHE_MB": "7",
        "LLM_TIMEOUT": "8",
        "AUTH_FILE": "/u",
        "AUTH_HEADER": "X-User",
        "TRUSTED_PROXIES": "10.0.0.0/8, ::1",
        "ALLOW_ANONYMOUS": "yes",
        "SESSION_HOURS": "9",
        "AUDIT_DIR": "/a",
        "LOG_QUESTIONS": "1",
        "RETENTION_DAYS": "180",
        "LOG_FORMAT": "json",
    }
    assert Settings.from_environment(environ) == Settings(
        index=IndexSettings(
            policy_dir=Path("/p"), index_dir=Path("/i"), embedding_model="m", chroma_url="c", database_url="d"
        ),
        host="0.0.0.0",
        port=80,
        as_of=datetime.date(2027, 12, 31),
        llm="openai",
        llm_base_url="https://host/v1",
        llm_api_key="k",
        llm_model="q",
        llm_gguf="/g",
        llm_gguf_url="h",
        llm_cache_mb=7,
        llm_timeout=8,
        auth_file="/u",
        auth_header="X-User",
        trusted_proxies="10.0.0.0/8, ::1",
        allow_anonymous=True,
        session_hours=9,
        audit_dir="/a",
        log_questions=True,
        retention_days=180,
        log_format="json",
    )


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(Settings(llm_api_key="secret"))


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"LOG_FORMAT": "xml"}, r"^LOG_FORMAT 应为.*“xml”。$"),
        ({"LLM": "gpt"}, r"^LLM 应为.*“gpt”。$"),
        ({"LLM": "openai"}, r"LLM_BASE_URL 和 LLM_MODEL"),
        ({"LLM_BASE_URL": "http://host/v1"}, r"LLM_BASE_URL 和 LLM_MODEL"),
        ({"LLM_BASE_URL": "host/v1", "LLM_MODEL": "m"}, r"^LLM_BASE_URL 应为"),
        ({"LLM_BASE_URL": "http://[::1/v1", "LLM_MODEL": "m"}, r"^LLM_BASE_URL 应为"),
        ({"LLM_CACHE_MB": "-1"}, r"^LLM_CACHE_MB 应为"),
        ({"LLM_TIMEOUT": "soon"}, r"^LLM_TIMEOUT 应为"),
    ],
)
def test_a_wrong_setting_of_the_model_is_named(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence):
        Settings.from_environment(environ)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80a", "8 0", "７８６０", "9" * 5000])
def test_a_wrong_port_is_named(port: str) -> None:
    with pytest.raises(SettingsError, match=r"^PORT 应为.*。$"):
        Settings.from_environment({"PORT": port})


@pytest.mark.parametrize("day", ["today", "2025-02-30", "31.01.2025", "2025"])
def test_a_wrong_date_is_named(day: str) -> None:
    with pytest.raises(SettingsError, match=r"^AS_OF 应为.*。$"):
        Settings.from_environment({"AS_OF": day})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUTH_HEADER", "X User"),
        ("AUTH_HEADER", "X_User"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("TRUSTED_PROXIES", "10.0.0.1,"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("ALLOW_ANONYMOUS", "maybe"),
        ("LOG_QUESTIONS", "2"),
        ("SESSION_HOURS", "0"),
        ("RETENTION_DAYS", "-1"),
    ],
)
def test_a_wrong_setting_of_who_may_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name} 应为.*。$"):
        Settings.from_environment({name: value})


@pytest.mark.parametrize(
    ("environ", "exposed"),
    [
        ({}, False),
        ({"HOST": "localhost"}, False),
        ({"HOST": "127.8.8.8"}, False),
        ({"HOST": "::1"}, False),
        ({"HOST": "0.0.0.0"}, True),
        ({"HOST": "::"}, True),
        ({"HOST": "10.0.0.1"}, True),
        ({"HOST": "localhost.example"}, True),
        ({"HOST": "0.0.0.0", "ALLOW_ANONYMOUS": "1"}, False),
        ({"HOST": "0.0.0.0", "ALLOW_ANONYMOUS": "0"}, True),
        ({"HOST": "0.0.0.0", "AUTH_FILE": "u"}, False),
        ({"HOST": "0.0.0.0", "AUTH_HEADER": "X-User"}, False),
        ({"HOST": "0.0.0.0", "AUDIT_DIR": "a"}, True),
    ],
)
def test_a_network_is_not_let_in_unasked(environ: dict[str, str], exposed: bool) -> None:
    assert Settings.from_environment(environ).exposed is exposed


@pytest.mark.parametrize(
    ("networks", "everybody"),
    [
        ("0.0.0.0/0", True),
        ("127.0.0.1, ::/0", True),
        ("0.0.0.0/1,128.0.0.0/1", True),
        ("0.0.0.0/1,10.0.0.0/8", False),
        ("127.0.0.1,::1", False),
    ],
)
def test_a_name_is_not_believed_from_everybody(networks: str, everybody: bool) -> None:
    environ = {"TRUSTED_PROXIES": networks}
    assert Settings.from_environment(environ).trusted_proxies == networks  # an address alone names nobody
    environ["AUTH_HEADER"] = "X-User"
    if everybody:
        with pytest.raises(SettingsError, match=r"^TRUSTED_PROXIES=.*冒充任何用户.*。$"):
            Settings.from_environment(environ)
    else:
        assert Settings.from_environment(environ).protected
