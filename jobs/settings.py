"""What an installation decides: where the lake lies, how Spark runs, and where each office is.

Order of precedence: the command line, `CREDITFILE_*` variables, the settings file, the defaults; an office's Airflow
connection (`AIRFLOW_CONN_<SOURCE>`) wins over the file, because that is where production keeps secrets. A misspelt
key is an error and never ignored: all problems are told at once, by file and line, and no value is ever shown.
"""

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError

from jobs import connections, settings_file
from jobs.errors import CreditFileError

PREFIX = "CREDITFILE_"
FILE_VARIABLE = "CREDITFILE_SETTINGS"
NOT_SETTINGS = frozenset({FILE_VARIABLE, "CREDITFILE_FAILPOINTS"})
"""Variables with our prefix that are read elsewhere: the file's own place, and the fault tests' switch."""

URL_FORMS = ("http://", "https://", "sftp://", "jdbc:sqlite:", "jdbc:postgresql://", "file://")


class Endpoint(BaseModel):
    """Where one office is and how it knows us; the contract says what it delivers."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    client_id: str | None = None
    client_secret: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    private_key_file: Path | None = None
    host_key: str | None = None

    @field_validator("url")
    @classmethod
    def _known_form(cls, url: str) -> str:
        if not url.startswith(URL_FORMS):
            raise ValueError(f"must begin with one of {', '.join(URL_FORMS)}")
        if url.startswith("file://") and not url.startswith("file:///"):
            raise ValueError("must name a folder by its whole path, like file:///srv/inbox")
        authority = url.split("://", 1)[-1].split("/", 1)[0]
        if ":" in authority.rpartition("@")[0]:
            raise ValueError("must not hold a password; give it as `password`")
        if url.startswith(("http://", "https://")):
            _hold_to_fit_host(url)
        return url

    @property
    def folder(self) -> Path:
        """Return the folder that a `file://` URL names: where the office drops its files."""
        return Path(unquote(urlsplit(self.url).path))

    @model_validator(mode="after")
    def _has_what_the_transport_needs(self) -> Self:
        missing = [name for name in needed(self.url) if getattr(self, name) is None]
        if self.url.startswith("sftp://"):
            if self.username is None and "@" not in self.url:
                missing.append("username")
            if self.private_key_file is None and self.password is None:
                missing.append("private_key_file")
        if missing:
            raise ValueError(f"misses {', '.join(missing)}")
        return self


def _hold_to_fit_host(url: str) -> None:
    """Refuse to carry a secret in plain text over a network, or to a cloud's metadata service."""
    host = urlsplit(url).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        is_here, is_link_local = host == "localhost", False
    else:
        is_here, is_link_local = address.is_loopback, address.is_link_local
    if is_link_local:
        raise ValueError("must not be a link-local address, where a machine's metadata live")
    if url.startswith("http://") and not is_here:
        raise ValueError("must be https:// unless the office is on this machine")


def needed(url: str) -> tuple[str, ...]:
    """Return the fields an office of this kind cannot be asked without; an unpinned host key is no host key."""
    if url.startswith(("http://", "https://")):
        return ("client_id", "client_secret")
    return ("host_key",) if url.startswith("sftp://") else ()


class Settings(BaseSettings):
    """The settings of one command; raises CF-9001 with every problem there is."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    lake: Path = Path("lake")
    city: str = "shanghai"
    spark_master: str = "local[*]"
    driver_memory: str = "1800m"
    spark_compiles: bool = True
    sources: Annotated[tuple[str, ...], NoDecode] = ()
    """Those that deliver here; none named means all. An installation begins with the offices that have signed."""

    endpoints: dict[str, Endpoint] = {}

    def __init__(self, **values: Any) -> None:
        path = file_of(values)
        problems = [*unknown_variables(os.environ), *(settings_file.problems(path) if path else ())]
        try:
            super().__init__(**values)
        except ValidationError as invalid:
            problems += [
                settings_file.describe(error, path, names(error["loc"]))
                for error in invalid.errors(include_url=False, include_input=False)
            ]
        except SettingsError:
            problems.append("environment: a CREDITFILE_ variable that should hold JSON does not")
        if problems:
            raise CreditFileError("CF-9001", what="; ".join(dict.fromkeys(problems)), undone="Nothing was started.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then the settings file; no `.env` is picked up by chance."""
        path = file_of(getattr(init_settings, "init_kwargs", {}))
        in_file = settings_file.read(path) if path else {}
        return init_settings, env_settings, InitSettingsSource(settings_cls, init_kwargs=in_file)

    @field_validator("lake")
    @classmethod
    def _is_a_directory_path(cls, lake: Path) -> Path:
        if ":/" in str(lake):
            raise ValueError("must be a directory path")
        return lake.expanduser().absolute()

    @field_validator("sources", mode="before")
    @classmethod
    def _are_contracts(cls, stated: Any) -> tuple[str, ...]:
        names = [name.strip() for name in stated.split(",") if name.strip()] if isinstance(stated, str) else stated
        if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
            raise ValueError("must be names of sources")
        if names:
            from schemas.contract import source_names

            known = source_names()
            if wrong := sorted(set(names) - set(known)):
                guess = settings_file.did_you_mean(wrong[0], known)
                raise ValueError(f"names no source: {', '.join(name[:40] for name in wrong)}{guess}")
        return tuple(names)

    @field_validator("driver_memory")
    @classmethod
    def _is_an_amount(cls, amount: str) -> str:
        if not (amount[:-1].isascii() and amount[:-1].isdigit() and amount[-1:] in ("m", "g")):
            raise ValueError("must be an amount like 2g or 1536m")
        return amount

    def endpoint(self, source: str) -> Endpoint:
        """Return where this source's office is; raises CF-9002 if nothing says so."""
        variable = connections.variable(source)
        if stated := os.environ.get(variable):
            try:
                return Endpoint(**connections.fields(stated))
            except ValidationError as invalid:
                errors = invalid.errors(include_url=False, include_input=False)
                problems = [settings_file.describe(error, None, names(("endpoints", source, ""))) for error in errors]
                raise CreditFileError("CF-9001", what="; ".join(problems), where=variable) from None
            except ValueError as unfit:
                raise CreditFileError("CF-9001", what=str(unfit), where=variable) from None
        if source in self.endpoints:
            return self.endpoints[source]
        raise CreditFileError("CF-9002", where=source)

    @property
    def connected(self) -> tuple[str, ...]:
        """Return the names of the sources that deliver here."""
        from schemas.contract import source_names

        return self.sources or source_names()

    @property
    def spark_is_local(self) -> bool:
        """Say whether Spark runs inside this process's machine, and so needs Java here."""
        return self.spark_master.startswith("local")


def names(place: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are right at this place of the settings, for did-you-mean."""
    return sorted(Endpoint.model_fields if len(place) == 3 else Settings.model_fields)


def file_of(values: Mapping[str, Any]) -> Path | None:
    """Return the settings file: the one named, else the one the city wrote beside this lake, else none."""
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named).expanduser()
    lake = values.get("lake") or os.environ.get(f"{PREFIX}LAKE") or Settings.model_fields["lake"].default
    beside = Path(lake) / "city" / "endpoints.yaml"
    return beside if beside.is_file() else None


def unknown_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """Name the variables that look like settings and are none."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | NOT_SETTINGS
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable not in known:
            yield f"environment: {variable} is no setting{settings_file.did_you_mean(variable, known)}"
