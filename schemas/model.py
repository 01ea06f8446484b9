"""What a contract says, as plain frozen values: the one shape everything else is made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any


class ContractError(ValueError):
    """A contract, code list, rule file or profile is wrong; `problems` names every place as `file:line: message`."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Rule:
    """One check a contract states: `id` is the reason code a bad row gets."""

    id: str
    implementation: str
    severity: str = "error"
    arguments: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    description: str = ""


@dataclass(frozen=True)
class Column:
    """One column: name, meaning, types, grading, lineage and checks."""

    name: str
    physical_name: str
    business_name: str
    description: str
    logical_type: str
    physical_type: str
    required: bool = False
    primary_key_position: int | None = None
    classification: str = "internal"
    encrypted_name: str | None = None
    tags: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    code_list: str | None = None
    purposes: tuple[str, ...] = ()
    security_level: int = 2
    sources: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    absent_values: tuple[str, ...] = ()
    line: int = 0

    @property
    def is_identifier(self) -> bool:
        """A direct identifier: lives in the vault only; elsewhere its keyed hash stands for it."""
        return self.classification == "identifier"


@dataclass(frozen=True)
class Table:
    """One table `layer.thing`. `columns` are the contract's; `system` those every table of its layer carries."""

    name: str
    layer: str
    description: str
    columns: tuple[Column, ...]
    system: tuple[Column, ...] = ()
    rules: tuple[Rule, ...] = ()
    version: str = "1.0.0"
    path: Path = Path()

    @property
    def thing(self) -> str:
        """The name behind the layer."""
        return self.name.split(".", 1)[1]

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Names of the key columns, in key order."""
        keyed = [c for c in (*self.system, *self.columns) if c.primary_key_position is not None]
        return tuple(c.name for c in sorted(keyed, key=lambda c: c.primary_key_position or 0))

    @property
    def partition_by(self) -> tuple[str, ...]:
        """Names of the partition columns."""
        return tuple(c.name for c in (*self.system, *self.columns) if "partition" in c.tags)

    def column(self, name: str) -> Column:
        """Return a column by name; KeyError if the contract has none."""
        for column in (*self.columns, *self.system):
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def identifiers(self) -> tuple[Column, ...]:
        """Columns that go to the vault."""
        return tuple(c for c in self.columns if c.is_identifier)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """What is written: system columns, then the contract's, each identifier replaced by its hash or left out."""
        return (*self.system, *(stored for c in self.columns if (stored := _stored(c)) is not None))


def _stored(column: Column) -> Column | None:
    """The masking plan of one column: itself, its keyed hash, or nothing."""
    if not column.is_identifier:
        return column
    if column.encrypted_name is None:
        return None
    return Column(
        name=column.encrypted_name,
        physical_name=column.encrypted_name,
        business_name=f"{column.business_name}（带钥散列）",
        description=f"Keyed hash of {column.name}; the value itself is sealed in the vault.",
        logical_type="string",
        physical_type="STRING",
        required=column.required,
        primary_key_position=column.primary_key_position,
        classification="restricted",
        purposes=column.purposes,
        security_level=column.security_level,
        sources=column.sources,
        line=column.line,
    )


@dataclass(frozen=True)
class Server:
    """How an office delivers: transport, format, encoding, and the transport's own properties."""

    type: str
    transport: str
    format: str
    encoding: str
    delimiter: str
    properties: Mapping[str, Any]

    def path_of(self, object_: str) -> str:
        """Return where an office with an API lists the records of an object."""
        return str(self.properties["object_paths"][object_] if object_ else self.properties["path"])


@dataclass(frozen=True)
class SourceObject:
    """One kind of record a source delivers; the main one has the empty name."""

    name: str
    bronze: Table
    silver: Table

    @property
    def names_a_person(self) -> bool:
        """Say whether its records stand for a person, so that a person's consent can be asked for."""
        return any(column.encrypted_name == "certificate_hash" for column in self.silver.columns)


@dataclass(frozen=True)
class Source:
    """One office's contract, `schemas/sources/<name>.odcs.yaml`.

    The last five say how records may be loaded and used (domain.md, section 4.1): whether the grant must be a separate
    one, which article-14 item every record of it is, which records (SQL over silver) need no consent because they are
    public by law, whether only good months may count, and whether only relief and fee products may read it.
    """

    name: str
    version: str
    title: str
    description: str
    owner: str
    server: Server
    cron: str
    timezone: str
    batch_format: str
    legal_basis: str
    consent_proof: str | None
    data_kind_code: str | None
    agreement_no: str
    quarantine_limit_ratio: float
    quarantine_few_count: int
    ttl_days: int
    tags: tuple[str, ...]
    objects: tuple[SourceObject, ...]
    path: Path
    may_be_empty: bool = False
    needs_separate_consent: bool = False
    r14_item: str | None = None
    public_when: str | None = None
    is_positive_only: bool = False
    is_benefit_only: bool = False
    refuse_columns: tuple[str, ...] = ()
    """Headings that end a delivery of this source, beside those that end every delivery (CRR-14a)."""
    strip_columns: tuple[str, ...] = ()
    """Headings that may lawfully come but have no purpose here: never read, listed in the receipt, asked away."""

    @property
    def loads_by_ledger(self) -> bool:
        """Whether a person's grant in the consent ledger must stand before a record of the source is loaded."""
        return self.consent_proof == "LEDGER"

    def object(self, name: str = "") -> SourceObject:
        """Return one of the source's objects; KeyError if the contract has none of this name."""
        for found in self.objects:
            if found.name == name:
                return found
        raise KeyError(f"{self.name} has no object {name!r}")
