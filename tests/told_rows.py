"""Records drawn in memory (`drawn_lives`) as the pipeline meets them: silver rows, whose they are, files made of them."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256

from drawn_lives import key
from pyspark.sql import types as T

import schemas
from jobs import lake as tables
from jobs.gold.facts import MADE_OF, all_facts
from jobs.gold.features import Moment, features, numbers_of, people
from jobs.gold.file import assembled
from schemas.spark import stored

READ = {
    T.DateType: date.fromisoformat,
    T.TimestampType: datetime.fromisoformat,
    T.DecimalType: Decimal,
    T.ArrayType: list,
}


def name_of(record):
    """The silver table of a record."""
    return "_".join(part for part in (record.spot.source, record.spot.object) if part)


def number(record):
    """Our number of a record: a hash, in no order."""
    return sha256(f"{record.spot.file}-{record.spot.line}".encode()).hexdigest()[:16]


def silver_row(record, kinds):
    """A record as silver keeps it: typed, its key as one hash, its identifiers as hashes."""
    row = {
        "record_id": number(record),
        "operation_code": record.operation,
        "event_at": record.event_at,
        "known_from_at": record.known_at,
        "batch_id": record.spot.batch,
        "delivery_no": record.spot.delivery_no,
        "key_hash": "/".join(str(part) for part in key(record)),
    }
    for column, kind in kinds.items():
        value = record.says.get(column, record.says[column.replace("_hash", "_no")])
        if value is not None:
            row[column] = READ[type(kind)](value) if type(kind) in READ else value
    return row


class Drawn:
    """A lake in memory of records; facts are made of it once, files at any (T, K)."""

    def __init__(self, spark, records):
        self.spark, self.city = spark, schemas.city("shanghai")
        self.rows = defaultdict(list)
        for record in records:
            kinds = {field.name: field.dataType for field in self.schema(f"silver.{name_of(record)}").fields}
            self.rows[f"silver.{name_of(record)}"].append(silver_row(record, kinds))
        self.rows["link.person_record"] = [
            {
                "record_id": number(record),
                "source": record.spot.source,
                "person_id": record.person,
                "has_number": True,
                "known_from_at": record.known_at,
            }
            for record in records
            if record.person is not None
        ]
        made = all_facts(self.read, lambda name: name in self.rows, self.kept)
        self.facts = {name: made[name] if name in made else self.read(name) for name in MADE_OF}

    def schema(self, name):
        return T.StructType([T.StructField(one.name, one.dataType) for one in stored(schemas.table(name)).fields])

    def read(self, name):
        return tables.inline(self.spark, self.schema(name), self.rows.get(name, ()))

    def kept(self, rows):
        return rows.repartition(2, "person_id" if "person_id" in rows.columns else "uscc_no").persist()

    def files(self, as_of, known_at, fresh=()):
        """Return the files as of T, known at K."""
        numbers = numbers_of(self.read("link.ledger"), self.read("link.identity"))
        everybody = people(self.read("link.person_record"), self.read("link.review"), numbers, known_at)
        moment = Moment(as_of, known_at, tuple(sorted(fresh)))
        return assembled(features(everybody, self.facts, moment, self.city), moment, self.city)


def shown(row):
    """What the oracle names, of a file as it is kept: its columns, those of its blocks, and the adverse items."""
    said = row.asDict(recursive=True)
    flat = {**said, **said["newcomer"], **said["features"], **said["derived"]}
    items = [_item(one) for one in flat["compliance"]["adverse"]]
    return {name: tuple(value) if isinstance(value, list) else value for name, value in flat.items()}, items


def _item(one):
    parts = one["adverse_id"].split("/")
    numbers = {
        "fin_loan": parts[1],
        "amr_penalty": parts[-1],
        "court_enforcement": f"{parts[2]} {parts[-1]}" if len(parts) > 2 else "",
    }
    kept = ("adverse_kind_code", "start_date", "end_date", "status_code", "expires_date")
    return one["source_code"], numbers[one["source_code"]], *(one[name] for name in kept)
