"""An office whose deliveries a test draws: landed by the program's own landing, then refined by the program's own verb.

Only the wire is left out, which has its tests elsewhere: receipts, parts, bronze, cleaning, gate and the exit status
are those of `creditfile run`.
"""

import json
from datetime import UTC, timedelta

import polars

import schemas
from jobs import cli, runs
from jobs.city.numbers import credit_code, resident_check
from jobs.clock import FixedClock
from jobs.ingest.landing import Delivery
from jobs.ingest.order import Order
from jobs.ingest.periods import period
from jobs.settings import Endpoint

OPERATOR = "OPERATOR-SH"
AT = "2026-01-05T09:00:00+08:00"

USUAL = {
    "consent_grant": {
        "recipient_code": OPERATOR,
        "purpose_codes": ["02", "53"],
        "data_kind_codes": ["IDENTITY", "RESIDENCE", "WORK", "HOUSING", "BUSINESS"],
        "granted_at": "2023-01-01T09:00:00+08:00",
        "valid_from_at": "2023-01-01T09:00:00+08:00",
        "valid_to_at": "2099-01-01T09:00:00+08:00",
        "form_code": "WRITTEN",
        "has_adverse_notice": True,
        "document_hash": "ab" * 32,
    },
    "hmb_rental_contract": {
        "district_code": "310115",
        "lessor_kind_code": "PERSON",
        "program_code": "MARKET",
        "lease_start_date": "2026-01-01",
        "lease_end_date": "2026-12-31",
        "monthly_rent_cny": "4500.00",
        "deposit_cny": "9000.00",
        "is_deposit_paid": True,
        "rent_due_count": 1,
        "rent_on_time_count": 1,
        "status_code": "ACTIVE",
    },
    "hrss_social_insurance": {
        "employer_uscc_no": credit_code("91", "310115", "MA1K3000"),
        "employer_name": "上海某某有限公司",
        "insurance_kind_code": "PENSION",
        "payment_kind_code": "NORMAL",
        "period_month": "202512",
        "paid_date": "20251215",
        "base_cny": "8000.00",
    },
    "assn_delivery": {
        "has_share_consent": True,
        "platform_code": "P1",
        "work_month": "2025-12",
        "platform_kind_code": "FOOD",
        "registered_date": "2024-03-01",
        "order_count": 300,
        "active_days": 22,
        "complaint_ratio": "0.0100",
        "covered_order_count": 300,
    },
    "court_enforcement": {
        "kind_code": "ENFORCEMENT",
        "court_name": "某区人民法院",
        "filed_date": "2025-06-02",
        "performance_code": "NONE",
    },
    "psb_residence": {"issue_date": "2025-11-03", "district_code": "310115", "dwelling_kind_code": "RENTED"},
}
"""A record of each source in which all is well, beside its header; a test says what is different."""


def number(index, born="19900307"):
    """A valid number of a person who does not exist."""
    body = f"310101{born}{index:03}"
    return body + resident_check(body)


class Desk:
    """One lake, and the offices that fill it."""

    def __init__(self, lake):
        self.lake = lake

    def record(self, source, index, **different):
        """One record; `index` makes its numbers its own."""
        header = {
            "source_code": source,
            "batch_no": "1",
            "source_record_no": f"{source}-{index}",
            "operation_code": "I",
            "certificate_type_code": "RID",
            "certificate_no": number(index % 1000),
            "person_name": "王小明",
            "event_at": AT,
            "extracted_at": AT,
        }
        own = {"consent_no": f"C{index}", "filing_no": f"F{index}", "registration_no": f"R{index}"}
        full = header | own | USUAL[source] | different
        known = {column.name for column in schemas.source(source).object().bronze.columns}
        return {name: value for name, value in full.items() if name in known or name in different}

    def deliver(self, source, batch, records, lost=(), renamed=(), delivery_no=None, at=None):
        """Land a delivery; `lost` are columns that do not come, `renamed` new names of others.

        It is received at `at`, else nine hours after its period's end.
        """
        contract = schemas.source(source)
        agreed = {column.name: column.physical_name for column in contract.object().bronze.columns}
        names = {name: agreed.get(name, name) for record in records for name in record if name not in lost}
        names = dict.fromkeys([*(n for n in agreed if n not in lost), *names])
        headed = {name: dict(renamed).get(name, agreed.get(name, name)) for name in names}
        asked = period(batch, contract.timezone)
        clock = FixedClock(at or (asked.end + timedelta(hours=9)).astimezone(UTC))
        order = Order(contract, asked, self.lake, Endpoint(url="file:///"), clock)
        with Delivery(order, delivery_no) as delivery:
            if contract.server.format == "csv":
                file = delivery.lines("a.csv", "csv", contract.server.encoding)
                lines = [",".join(headed.values())]
                lines += [",".join(str(record.get(name) or "") for name in headed) for record in records]
                file.write("".join(f"{line}\n" for line in lines).encode(contract.server.encoding))
                delivery.add_csv("a.csv", "", file, contract.server.encoding, contract.server.delimiter)
            else:
                page = delivery.whole()
                told = [
                    {headed[name]: record.get(name) for name in headed if name in agreed or name in record}
                    for record in records
                ]
                page.write(json.dumps({"items": told}, ensure_ascii=False).encode())
                delivery.add_page("page-1", "", page, tuple(told))
            return delivery.seal(asked_by_time=False)

    def consents(self, batch="2025-12", people=range(1000)):
        """Let everybody consent to the operator, and load the ledger."""
        self.deliver("consent_grant", batch, [self.record("consent_grant", index) for index in people])
        assert self.refine("consent_grant", batch) == 0

    def refine(self, source, batch):
        """Run the program on a landed batch; its exit status."""
        return cli.run(["run", source, "refine", "--batch", batch, "--quiet", "--lake", str(self.lake)])

    def run(self, source, batch):
        """What the last run of a batch left behind."""
        return runs.find(self.lake, "silver", source, batch)

    def table(self, name):
        return polars.read_delta(str(self.lake / name.replace(".", "/")))

    def reasons(self, source, batch):
        """Set-aside records of a batch: (the office's line, first reason, its column), in order."""
        aside = self.table(f"quarantine.{source}").filter(polars.col("batch_id") == batch).sort("line")
        return [
            (row["line"], row["reason_codes"][0], row["reason_column_names"][0]) for row in aside.iter_rows(named=True)
        ]
