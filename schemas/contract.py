"""Load ODCS 3.2 contracts: JSON Schema first, then the model, then the lint of the house.

The schema goes first because the model of the standard accepts misspelt keys, and a misspelt
`classification` would unmask a column. All problems of a file are reported at once, as `file:line`.
"""

import json
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from schemas.lint import lint
from schemas.model import EMPTY, Column, ContractError, Rule, Server, Source, SourceObject, Table

SOURCES = Path(__file__).parent / "sources"

TRANSPORTS = {"api": "rest", "sftp": "sftp", "postgresql": "jdbc", "custom": "jdbc", "local": "file"}


@cache
def _validator() -> Any:
    text = resources.files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8")
    return jsonschema_rs.Draft201909Validator(json.loads(text))


def line_of(root: yaml.Node | None, path: list[str | int]) -> int:
    """Return the 1-based line of a place in a YAML document, or of its nearest parent."""
    node = root
    line = 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def read_yaml(path: Path) -> dict[str, Any]:
    """Read one YAML file safely; ContractError with its line if it is no mapping or does not parse."""
    try:
        raw = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)  # noqa: S506  (the safe loader, in C)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ContractError((f"{path.name}:{mark.line + 1 if mark else 1}: not YAML",)) from None
    if not isinstance(raw, dict):
        raise ContractError((f"{path.name}:1: not a mapping",))
    return raw


def check_schema(path: Path, raw: dict[str, Any]) -> None:
    """Hold a contract against the standard's JSON Schema and then its model; ContractError names every line."""
    errors = list(_validator().iter_errors(raw))
    if errors:
        root = yaml.compose(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        found = {f"{path.name}:{line_of(root, list(e.instance_path))}: {e.message}" for e in errors}
        raise ContractError(tuple(sorted(found, key=lambda t: int(t.split(":")[1]))))


def _custom(raw: dict[str, Any]) -> dict[str, Any]:
    return {item["property"]: item["value"] for item in raw.get("customProperties", ())}


def _rule(raw: dict[str, Any]) -> Rule:
    stated = raw.get("implementation", raw.get("metric", ""))
    arguments = dict(stated) if isinstance(stated, dict) else dict(raw.get("arguments", {}))
    implementation = arguments.pop("predicate", "") if isinstance(stated, dict) else str(stated)
    return Rule(
        raw.get("id", raw.get("name", "")),
        implementation,
        raw.get("severity", "error"),
        arguments,
        raw.get("description", ""),
    )


def _type(raw: dict[str, Any]) -> str:
    if raw.get("physicalType"):
        return str(raw["physicalType"])
    if raw.get("logicalType") == "array":
        return f"ARRAY<{_type(raw['items'])}>"
    if raw.get("logicalType") == "object":
        return "STRUCT<" + ", ".join(f"{p['name']}: {_type(p)}" for p in raw["properties"]) + ">"
    plain = {"string": "STRING", "date": "DATE", "timestamp": "TIMESTAMP", "integer": "INT", "boolean": "BOOLEAN"}
    return plain.get(raw.get("logicalType", "string"), "STRING")


def _column(raw: dict[str, Any], line: int) -> Column:
    custom = _custom(raw)
    position = raw.get("primaryKeyPosition", 1) if raw.get("primaryKey") else None
    tags = tuple(raw.get("tags", ())) + (("partition",) if raw.get("partitioned") else ())
    return Column(
        name=raw["name"],
        physical_name=raw.get("physicalName", raw["name"]),
        business_name=raw.get("businessName", ""),
        description=raw.get("description", ""),
        logical_type=raw.get("logicalType", "string"),
        physical_type=_type(raw),
        required=bool(raw.get("required", False)),
        primary_key_position=position,
        classification=raw.get("classification", ""),
        encrypted_name=raw.get("encryptedName"),
        tags=tags,
        options=raw.get("logicalTypeOptions", EMPTY),
        code_list=custom.get("codeList"),
        purposes=tuple(custom.get("purposes", ())),
        security_level=int(custom.get("securityLevel", 2)),
        sources=tuple(raw.get("transformSourceObjects", ())),
        rules=tuple(_rule(rule) for rule in raw.get("quality", ())),
        absent_values=tuple(custom.get("absentValues", ())),
        line=line,
    )


def _lines(path: Path) -> list[list[int]]:
    """Start line of every property, per schema object, from the text alone (a second YAML pass costs more)."""
    found: list[list[int]] = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        if text.startswith("  - name:"):
            found.append([])
        elif text.startswith("      - name:") and found:
            found[-1].append(number)
    return found


def load_tables(path: Path) -> tuple[dict[str, Any], dict[str, Table]]:
    """Load one contract file.

    Returns:
        The raw document and its tables by object name.

    Raises:
        ContractError: with every problem of the file.
    """
    raw = read_yaml(path)
    check_schema(path, raw)
    lines = _lines(path)
    tables: dict[str, Table] = {}
    for position, thing in enumerate(raw.get("schema", ())):
        starts = lines[position] if position < len(lines) else []
        columns = tuple(
            _column(p, starts[i] if i < len(starts) else 1) for i, p in enumerate(thing.get("properties", ()))
        )
        tables[thing["name"]] = Table(
            name=f"{raw.get('domain', path.parent.name)}.{thing['name']}",
            layer=raw.get("domain", path.parent.name),
            description=thing.get("description", ""),
            columns=columns,
            rules=tuple(_rule(rule) for rule in thing.get("quality", ())),
            version=raw["version"],
            path=path,
        )
    problems = lint(path, raw, tables)
    if problems:
        raise ContractError(problems)
    return raw, tables


def source_names() -> tuple[str, ...]:
    """Return the name of every source there is a contract for, without reading one."""
    return tuple(sorted(path.name.removesuffix(".odcs.yaml") for path in SOURCES.glob("*.odcs.yaml")))


def load_source(path: Path, system: dict[str, tuple[Column, ...]]) -> Source:
    """Load one source contract; `system` holds the columns that bronze and silver tables carry in every source."""
    raw, tables = load_tables(path)
    name = path.name.removesuffix(".odcs.yaml")
    custom = _custom(raw)
    sla = {item["property"]: item for item in raw.get("slaProperties", ())}
    server = raw["servers"][0]
    stated = {key: server[key] for key in ("path", "encoding") if key in server} | _custom(server)
    properties = {re.sub(r"([A-Z])", r"_\1", key).lower(): value for key, value in stated.items()}
    frequency = sla["frequency"]
    return Source(
        name=name,
        version=raw["version"],
        title=raw["name"],
        description=raw["description"]["purpose"],
        owner=raw["team"]["members"][0]["username"],
        server=Server(
            type=server["type"],
            transport=TRANSPORTS[server["type"]],
            format=server.get("format", "json"),
            encoding=properties.get("encoding", "UTF-8"),
            delimiter=server.get("delimiter", ","),
            properties=properties,
        ),
        cron=frequency["schedule"],
        timezone=custom["timezone"],
        batch_format="%Y-%m-%d" if frequency["unit"] in {"d", "w"} else "%Y-%m",
        legal_basis=custom["legalBasis"],
        consent_proof=custom.get("consentProof"),
        data_kind_code=custom.get("dataKindCode"),
        agreement_no=custom["agreementNo"],
        quarantine_limit_ratio=float(custom["quarantineLimitRatio"]),
        quarantine_few_count=int(custom.get("quarantineFewCount", 0)),
        ttl_days=int(sla["retention" if "freshness" not in sla else "freshness"]["value"]),
        tags=tuple(raw.get("tags", ())),
        objects=tuple(_objects(name, raw["version"], tables, system)),
        path=path,
        may_be_empty=custom.get("mayBeEmpty", False),
        needs_separate_consent=custom.get("separateConsent", False),
        r14_item=custom.get("r14Item"),
        public_when=custom.get("publicWhen"),
        is_positive_only=custom.get("positiveOnly", False),
        is_benefit_only=custom.get("benefitOnly", False),
        refuse_columns=tuple(custom.get("refuseColumns", ())),
        strip_columns=tuple(custom.get("stripColumns", ())),
    )


def _objects(
    name: str, version: str, tables: dict[str, Table], system: dict[str, tuple[Column, ...]]
) -> list[SourceObject]:
    objects = []
    for stem in [thing.removeprefix("bronze") for thing in tables if thing.startswith("bronze")]:
        pair = {}
        for layer in ("bronze", "silver"):
            stated = tables[f"{layer}{stem}"]
            pair[layer] = Table(
                name=f"{layer}.{name}{stem}",
                layer=layer,
                description=stated.description,
                columns=stated.columns,
                system=system[layer],
                rules=stated.rules,
                version=version,
                path=stated.path,
            )
        objects.append(SourceObject(stem.removeprefix("_"), pair["bronze"], pair["silver"]))
    return objects
