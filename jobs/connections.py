"""An office's endpoint as an Airflow connection, so that one secrets backend serves DAGs and command line alike.

Airflow exports a connection as JSON in `AIRFLOW_CONN_<ID>`; ours bear the source's name. Each kind of connection has
its own habit of where the parts of a URL stand, and this module knows them.
"""

import json
from collections.abc import Mapping
from typing import Any

PARTS = frozenset({"conn_type", "description", "host", "login", "password", "schema", "port", "extra"})
EXTRAS = frozenset({"url", "path", "private_key_file", "key_file", "host_key"})


def variable(source: str) -> str:
    """Return the name of the environment variable that holds this source's connection."""
    return f"AIRFLOW_CONN_{source.upper()}"


def fields(stated: str) -> dict[str, Any]:
    """Return the endpoint's fields from a connection in JSON form; raises ValueError without showing a value."""
    connection = _object(stated, "the connection")
    extra = connection.get("extra") or {}
    if isinstance(extra, str):  # Airflow's own export writes the extra as JSON within JSON
        extra = _object(extra, "the connection's extra")
    unknown = sorted(set(connection) - PARTS) + sorted(f"extra.{name}" for name in set(extra) - EXTRAS)
    if unknown:
        raise ValueError(f"the connection holds unknown keys: {', '.join(unknown)}")
    folder = f"file://{extra['path']}" if extra.get("path") else None  # how Airflow's file system connection says it
    found = {"url": extra.get("url") or folder or url(connection)}
    login, password = ("client_id", "client_secret") if found["url"].startswith("http") else ("username", "password")
    found |= {login: connection.get("login"), password: connection.get("password")}
    found |= {
        "private_key_file": extra.get("private_key_file") or extra.get("key_file"),
        "host_key": extra.get("host_key"),
    }
    return {name: value for name, value in found.items() if value}


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        match json.loads(text):
            case dict() as found:
                return found
    except json.JSONDecodeError:
        pass
    raise ValueError(f"{what} must be in Airflow's JSON form")


def url(connection: Mapping[str, Any]) -> str:
    """Put the URL together from the parts of a connection."""
    kind, host = str(connection.get("conn_type") or ""), str(connection.get("host") or "")
    schema, port = connection.get("schema"), connection.get("port")
    if "://" in host or host.startswith("jdbc:"):
        return host
    place = f"{host}:{port}" if port else host
    match kind.lower():
        case "http" | "https":
            return f"{schema or kind}://{place}"
        case "sftp" | "ssh":
            return f"sftp://{place}/"
        case "postgres" | "postgresql":
            return f"jdbc:postgresql://{place}/{schema or ''}"
        case "sqlite":
            return f"jdbc:sqlite:{host}"
        case _:
            raise ValueError("the connection's conn_type must be http, sftp, postgres, sqlite or fs, or its host a URL")
