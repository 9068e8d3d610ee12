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
    }
    assert Settings.from_environment(environ) == Settings(
        index=IndexSettings(
            policy_dir=Path("/p"), index_dir=Path("/i"), embedding_model="m", chroma_url="c", database_url="d"
        ),
        host="0.0.0.0",
        port=80,
        as_of=datetime.date(2027, 12, 31),
    )


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80a", "8 0", "７８６０", "9" * 5000])
def test_a_wrong_port_is_named(port: str) -> None:
    with pytest.raises(SettingsError, match=r"^PORT 应为.*。$"):
        Settings.from_environment({"PORT": port})


@pytest.mark.parametrize("day", ["today", "2025-02-30", "31.01.2025", "2025"])
def test_a_wrong_date_is_named(day: str) -> None:
    with pytest.raises(SettingsError, match=r"^AS_OF 应为.*。$"):
        Settings.from_environment({"AS_OF": day})
