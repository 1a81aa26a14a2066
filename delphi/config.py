"""Settings: defaults, then `instance/config.toml`, then `DELPHI_*` variables; refuses what is unsafe, by name."""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
MIN_SECRET_LENGTH = 32
SECOND_FACTOR = ("asked", "administrators", "staff")


class ConfigurationProblem(Exception):
    """A setting is missing or unusable; the message is one sentence that names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Each field may be set in config.toml or as `DELPHI_<FIELD>`."""

    secret_key: str = ""
    identity_key: str = ""
    """Encrypts names and addresses in the database. Empty: derived from the secret key."""
    database_url: str = ""
    """Empty: `delphi.sqlite` in the instance folder. PostgreSQL: `postgresql+psycopg://user:password@host/name`."""
    replica_url: str = ""
    """A copy of the database that may lag behind and is only read: programs and observers are served from it."""
    base_url: str = "http://127.0.0.1:8000"
    """The address people use; links in mails are built from it, never from a request's Host header."""
    smtp_url: str = ""
    """`smtp://user:password@host:587` (STARTTLS), `smtps://...` (TLS), empty: mails stay in the outbox."""
    mail_sender: str = "Delphi <delphi@localhost>"
    instance: Path = ROOT / "instance"
    demo: bool = False
    """Demo mode: staff pages with one-button sign-in and the outbox as pages. Never for real studies."""
    testing: bool = False
    second_factor: str = "administrators"
    """Who must give a second factor: `asked` (nobody), `administrators`, `staff` (and the secretariat)."""
    trust_proxy_hops: int = 0
    metrics_token: str = ""
    """Opens /metrics to whoever sends it as `Authorization: Bearer`; empty: there is no such page."""
    log_format: str = "text"
    """`text`, or `json` for one JSON object a line."""
    log_level: str = "INFO"

    @property
    def effective_database_url(self) -> str:
        return self.database_url or f"sqlite:///{self.instance / 'delphi.sqlite'}"

    @property
    def effective_identity_key(self) -> str:
        return self.identity_key or self.secret_key

    @property
    def uses_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The settings of this installation.

    Raises
    ------
    ConfigurationProblem
        For an unreadable config.toml, an unknown or malformed setting. The secret key is checked by
        `require_secret_key`, because some commands (such as `analyse`) do without.
    """
    environment = os.environ if environment is None else environment
    instance = Path(overrides.get("instance") or environment.get("DELPHI_INSTANCE") or ROOT / "instance")
    values: dict[str, Any] = _read_file(instance / "config.toml")
    known = {field.name: field.type for field in fields(Settings)}
    for name in known:
        if (variable := f"DELPHI_{name.upper()}") in environment:
            values[name] = _parse(name, environment[variable])
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ConfigurationProblem(f"Unknown setting {unknown[0]!r} in {instance / 'config.toml'}: remove it.")
    values.update({name: value for name, value in overrides.items() if value is not None})
    settings = replace(Settings(), **{**values, "instance": instance})
    if settings.second_factor not in SECOND_FACTOR:
        raise ConfigurationProblem(
            f"DELPHI_SECOND_FACTOR is {settings.second_factor!r}: give one of {', '.join(SECOND_FACTOR)}."
        )
    parts = urlsplit(settings.base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigurationProblem(
            f"DELPHI_BASE_URL is {settings.base_url!r}: give the full address, such as https://delphi.example.org"
        )
    return settings


def require_secret_key(settings: Settings) -> Settings:
    """`settings`, refused where the secret key is missing or too short to be one."""
    if not settings.secret_key:
        raise ConfigurationProblem(
            "The secret key is missing: set DELPHI_SECRET_KEY, or run `python -m delphi init` to make one."
        )
    if len(settings.secret_key) < MIN_SECRET_LENGTH:
        raise ConfigurationProblem(
            f"The secret key has {len(settings.secret_key)} characters: DELPHI_SECRET_KEY needs at least "
            f"{MIN_SECRET_LENGTH} random ones."
        )
    return settings


def ensure_config_file(instance: Path, **values: Any) -> Path:
    """Write config.toml with a fresh secret key if there is none yet; an existing file is left as it is."""
    instance.mkdir(parents=True, exist_ok=True)
    path = instance / "config.toml"
    if not path.exists():
        settings = {"secret_key": secrets.token_urlsafe(48), **values}
        lines = "".join(f"{key} = {_toml(value)}\n" for key, value in settings.items())
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(
                "# Made by `python -m delphi init`. Keep the secret key: personal links are derived from it.\n" + lines
            )
    return path


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise ConfigurationProblem(f"{path} cannot be read: {problem}") from problem


def _parse(name: str, text: str) -> Any:
    if name in ("demo", "testing"):
        return text.strip().lower() in ("1", "true", "yes", "on")
    if name == "instance":
        return Path(text)
    if name == "trust_proxy_hops":
        if not text.isdigit():
            raise ConfigurationProblem(f"DELPHI_{name.upper()} is {text!r}: give a whole number.")
        return int(text)
    return text
