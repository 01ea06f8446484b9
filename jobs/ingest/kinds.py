"""What a file is, judged by its first bytes: an ending in its name proves nothing (OWASP ASVS 5.2.2)."""

import codecs

from jobs.errors import CreditFileError

HEAD_BYTES = 8 * 1024
TEXT, JSON, ZIP, GZIP, PARQUET, EMPTY = "text", "JSON", "zip", "gzip", "Parquet", "empty"
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

SIGNS = {
    b"PK\x03\x04": ZIP,
    b"PK\x05\x06": ZIP,
    b"\x1f\x8b": GZIP,
    b"PAR1": PARQUET,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old or locked Excel workbook",
    b"%PDF-": "PDF",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"BZh91AY&SY": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"SQLite format 3\x00": "SQLite",
}
ARCHIVES = {ZIP, GZIP, "7z", "RAR", "bzip2", "xz", "zstd"}
AGREED = {"csv": TEXT, "jsonl": JSON, "parquet": PARQUET, "xlsx": ZIP}
"""What each agreed format begins like; a workbook is a zip, and the archive's own list says whether it is one."""


def kind_of(head: bytes) -> str:
    """Name what begins like this: one of the kinds above, or in words what nobody agreed to."""
    for sign, kind in SIGNS.items():
        if head.startswith(sign):
            return kind
    if head.startswith(UTF_16):
        return "UTF-16"
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if b"\0" in head:
        return "binary"
    if not text:
        return TEXT if head else EMPTY
    return {b"{": JSON, b"[": "a JSON list", b"<": "markup"}.get(text[:1], TEXT)


def check_agreed(kind: str, form: str, where: str) -> None:
    """Hold what is not of the agreed form.

    Raises:
        CreditFileError: CF-1401 for text in UTF-16, CF-1406 for anything else nobody agreed to.
    """
    if kind == "UTF-16":
        raise unfit("CF-1401", "text is UTF-16", where)
    if kind != AGREED[form] and kind != EMPTY:
        raise unfit("CF-1406", f"content is {kind}, agreed is {form}", where)


def unfit(code: str, what: str, where: str) -> CreditFileError:
    """Return the refusal of a delivered file."""
    return CreditFileError(code, what=what, where=where, undone="Nothing was landed.")
