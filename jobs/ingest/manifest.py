"""What an office says it has delivered: `manifest-<n>.json`, final once the empty `manifest-<n>.json.done` is there."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.errors import CreditFileError
from jobs.ingest.order import Order

NAME = re.compile(r"\Amanifest-([1-9][0-9]{0,8})\.json\Z")
DONE = ".done"
MANIFEST_BYTES = 16 * 1024 * 1024
FILE_NAME = re.compile(r"\A[\w][\w.() -]{0,120}\Z")
"""Letters of any script, digits, and few signs: no separator, no control or direction mark, no leading dot."""

DEVICE = re.compile(r"\A(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|\Z)", re.IGNORECASE)
"""Names that open a device on the Windows machine of whoever is sent the file back."""

NAME_BYTES = 255

Size = Annotated[int, Field(ge=0, strict=True)]


class Stated(BaseModel):
    """One data file as the office counted and hashed it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: str
    bytes: Size
    rows: Size
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]


class Manifest(BaseModel):
    """One delivery as the office states it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    source: str
    batch: str
    delivery_no: Size
    files: Annotated[tuple[Stated, ...], Field(min_length=1)]


def read_manifest(body: bytes, number: int, order: Order) -> Manifest:
    """Read a manifest and hold it against the place it lies in.

    Raises:
        CreditFileError: CF-1202 if it is no manifest or speaks of another delivery, CF-1408 for an unfit file name.
    """
    where = f"{order.place}/manifest-{number}.json"
    try:
        manifest = Manifest.model_validate_json(body)
    except ValidationError as invalid:
        fields = sorted({".".join(map(str, error["loc"])) or "the whole" for error in invalid.errors()})
        raise incomplete(f"manifest is not valid at {', '.join(fields)}", where) from None
    if (manifest.source, manifest.batch, manifest.delivery_no) != (order.source.name, order.period.batch, number):
        raise incomplete("manifest speaks of another source, batch or delivery", where)
    names = [file.name for file in manifest.files]
    if not all(is_plain(name) for name in names):
        raise CreditFileError("CF-1408", where=where, undone="Nothing was landed.")
    if len(set(names)) < len(names):
        raise incomplete("manifest names a file twice", where)
    return manifest


def is_plain(name: str) -> bool:
    """Say whether a file's name names a file of its own folder and nothing else, on every system."""
    is_short = len(name.encode("utf-8", "surrogateescape")) <= NAME_BYTES
    return is_short and bool(FILE_NAME.match(name)) and not DEVICE.match(name)


def incomplete(what: str, where: str) -> CreditFileError:
    """Return the refusal of a delivery that is not what its manifest says."""
    return CreditFileError("CF-1202", what=what, where=where, undone="Nothing was landed.")
