"""Settings of the whole product, read from the environment once, at the edge."""

from __future__ import annotations

import datetime
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlparse

from index.errors import message
from index.settings import IndexSettings


class SettingsError(ValueError):
    """A setting that cannot be used; ``str(error)`` is one sentence that names its variable."""


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Settings:
    """The index's settings and the assistant's own."""

    index: IndexSettings = field(default_factory=IndexSettings)
    host: str = "127.0.0.1"  # address on which the chat listens
    port: int = 7860  # its TCP port
    llm: str = "auto"  # none, local, openai; auto: an endpoint where one is set, else the local file
    llm_base_url: str = ""  # of an endpoint that speaks the OpenAI API
    llm_api_key: str = field(default="", repr=False)  # its key; never shown, logged or saved
    llm_model: str = ""  # the name it knows its model by
    llm_gguf: str = ""  # path of a GGUF file in place of the one that `model fetch` gets
    llm_gguf_url: str = ""  # a mirror of that file
    llm_cache_mb: int = 1024  # memory for the local model's prompt cache
    llm_timeout: float = 30  # seconds without a token after which the model has failed
    log_format: str = "text"  # of the logs on stderr: lines for people, or json
    as_of: datetime.date | None = None  # the day that counts as today; None is the clock's
    auth_file: str = ""  # path of the users, passwords and API keys; "" and no auth_header: anyone may ask
    auth_header: str = ""  # header in which a proxy names the user, in place of the login page
    trusted_proxies: str = "127.0.0.1,::1"  # addresses and networks whose headers about a reader are believed
    allow_anonymous: bool = False  # whether anyone on a network may ask without signing in
    session_hours: int = 12  # after which a reader has to sign in again
    audit_dir: str = (
        ""  # folder of the audit log; "": where readers sign in, audit of INDEX_DIR or the shared database
    )
    log_questions: bool = False  # whether it holds the text of questions
    retention_days: int = 0  # for which feedback and audit log are kept; 0 is for ever

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Settings from environment variables; an empty value means the default.

        Raises:
            SettingsError: a value cannot be read.
        """
        default = cls()
        settings = cls(
            index=IndexSettings.from_environment(environ),
            host=environ.get("HOST") or default.host,
            port=_port(environ.get("PORT") or str(default.port)),
            llm=_choice(environ.get("LLM") or default.llm),
            llm_base_url=environ.get("LLM_BASE_URL") or default.llm_base_url,
            llm_api_key=environ.get("LLM_API_KEY") or default.llm_api_key,
            llm_model=environ.get("LLM_MODEL") or default.llm_model,
            llm_gguf=environ.get("LLM_GGUF") or default.llm_gguf,
            llm_gguf_url=environ.get("LLM_GGUF_URL") or default.llm_gguf_url,
            llm_cache_mb=_whole("LLM_CACHE_MB", environ.get("LLM_CACHE_MB") or str(default.llm_cache_mb)),
            llm_timeout=_whole("LLM_TIMEOUT", environ.get("LLM_TIMEOUT") or str(int(default.llm_timeout))),
            log_format=_log_format(environ.get("LOG_FORMAT") or default.log_format),
            as_of=_date(environ.get("AS_OF") or ""),
            auth_file=environ.get("AUTH_FILE") or default.auth_file,
            auth_header=_header("AUTH_HEADER", environ.get("AUTH_HEADER") or default.auth_header),
            trusted_proxies=environ.get("TRUSTED_PROXIES") or default.trusted_proxies,
            allow_anonymous=_flag("ALLOW_ANONYMOUS", environ.get("ALLOW_ANONYMOUS") or ""),
            session_hours=_whole("SESSION_HOURS", environ.get("SESSION_HOURS") or str(default.session_hours)),
            audit_dir=environ.get("AUDIT_DIR") or default.audit_dir,
            log_questions=_flag("LOG_QUESTIONS", environ.get("LOG_QUESTIONS") or ""),
            retention_days=_days("RETENTION_DAYS", environ.get("RETENTION_DAYS") or ""),
        )
        try:
            proxies = settings.proxies
        except ValueError:
            wrong = {"name": "TRUSTED_PROXIES", "value": settings.trusted_proxies}
            raise SettingsError(message("bad_networks", **wrong)) from None
        if settings.llm_base_url and not _is_address(settings.llm_base_url):
            raise SettingsError(
                message("bad_url", name="LLM_BASE_URL", value=_without_login(settings.llm_base_url))
            )
        if settings.remote and not (settings.llm_base_url and settings.llm_model):
            raise SettingsError(message("model_no_endpoint"))
        if settings.auth_header and _is_everybody(proxies):
            raise SettingsError(message("proxies_everybody", value=settings.trusted_proxies))
        return settings

    @property
    def remote(self) -> bool:
        """Whether they ask for the model of an endpoint, not for the local one or none."""
        return self.llm == "openai" or (self.llm == "auto" and bool(self.llm_base_url))

    @property
    def protected(self) -> bool:
        """Whether only known users may ask."""
        return bool(self.auth_file or self.auth_header)

    @property
    def proxies(self) -> tuple[Network, ...]:
        """The networks of ``trusted_proxies``; ValueError where it names none (``from_environment`` lets none pass)."""
        return tuple(ipaddress.ip_network(part.strip()) for part in self.trusted_proxies.split(","))

    @property
    def exposed(self) -> bool:
        """Whether anyone on a network could ask, and nobody has said that this is meant."""
        return self.on_network and not (self.protected or self.allow_anonymous)

    @property
    def on_network(self) -> bool:
        """Whether the app listens for others than this machine."""
        return not is_loopback(self.host)

    @property
    def audit_folder(self) -> Path | None:
        """Where the audit log lies; None where there is none, or where machines share it in a database."""
        if self.audit_dir:
            return Path(self.audit_dir)
        return self.index.index_dir / "audit" if self.protected and not self.index.shared else None


def _without_login(url: str) -> str:
    """An address as it may be shown: without the name and password before its @."""
    return re.sub(r"^(?P<scheme>[^/@]*//)?.*@", lambda match: f"{match['scheme'] or ''}…@", url, flags=re.S)


def _is_address(text: str) -> bool:
    """Whether a text is the http address of a server."""
    try:
        parts = urlparse(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _choice(text: str) -> str:
    if text in ("auto", "none", "local", "openai"):
        return text
    raise SettingsError(message("bad_llm", value=text))


def _log_format(text: str) -> str:
    if text in ("text", "json"):
        return text
    raise SettingsError(message("bad_log_format", value=text))


def _whole(name: str, text: str) -> int:
    if re.fullmatch("[0-9]{1,6}", text) and int(text) > 0:
        return int(text)
    raise SettingsError(message("bad_whole", name=name, value=text))


def _days(name: str, text: str) -> int:
    return _whole(name, text) if text and text != "0" else 0


def _flag(name: str, text: str) -> bool:
    if text.lower() in ("", "0", "no", "off", "false"):
        return False
    if text.lower() in ("1", "yes", "on", "true"):
        return True
    raise SettingsError(message("bad_flag", name=name, value=text))


def _header(name: str, text: str) -> str:
    if re.fullmatch("[A-Za-z0-9-]*", text):
        return text
    raise SettingsError(message("bad_header", name=name, value=text))


def _is_everybody(networks: tuple[Network, ...]) -> bool:
    """Whether networks hold every address, alone or together."""
    four = ipaddress.collapse_addresses(one for one in networks if isinstance(one, ipaddress.IPv4Network))
    six = ipaddress.collapse_addresses(one for one in networks if isinstance(one, ipaddress.IPv6Network))
    return any(one.prefixlen == 0 for one in four) or any(one.prefixlen == 0 for one in six)


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is that of the machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name: whatever it stands for today


def _port(text: str) -> int:
    if re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) < 65536:
        return int(text)
    raise SettingsError(message("bad_port", value=text))


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise SettingsError(message("bad_date", value=text)) from None
