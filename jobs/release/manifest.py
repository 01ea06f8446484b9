"""The manifest of a release: what was sealed, from what, under which rules, signed by the operator (Ed25519)."""

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jobs.errors import CreditFileError
from jobs.keys import Keys
from jobs.runs import write_json


def place(lake: Path, release_id: str) -> Path:
    """Return where a release's manifest lies."""
    return lake / "release" / "manifests" / f"{release_id}.json"


def canonical(manifest: dict[str, Any]) -> bytes:
    """Return the bytes that are hashed and signed: sorted keys, no spaces, without the signature itself."""
    stated = {key: value for key, value in manifest.items() if key not in ("signature", "public_key")}
    return json.dumps(stated, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def seal(lake: Path, manifest: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """Sign a manifest and keep it; return it with signature and public key."""
    private = Ed25519PrivateKey.from_private_bytes(keys.hash_key("release"))
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signed = manifest | {
        "signature": base64.b64encode(private.sign(canonical(manifest))).decode(),
        "public_key": base64.b64encode(public).decode(),
    }
    write_json(place(lake, manifest["release_id"]), signed)
    return signed


def verify(lake: Path, release_id: str) -> dict[str, Any]:
    """Return a release's manifest; CF-5002 if there is none, CF-5301 if it was changed after sealing."""
    path = place(lake, release_id)
    if not path.is_file():
        raise CreditFileError("CF-5002", what=release_id)
    manifest = dict(json.loads(path.read_text("utf-8")))
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(manifest["public_key"]))
    try:
        public.verify(base64.b64decode(manifest["signature"]), canonical(manifest))
    except InvalidSignature:
        raise CreditFileError("CF-5301", where=path.name, undone="Nothing was published.") from None
    return manifest
