"""What came late, without a JVM: whose copy a file is, and by what a run made again is told from the first."""

from datetime import UTC, datetime

import pytest

from jobs import runs
from jobs.ingest.receipt import FilePlace, LandedFile, Receipt, in_order
from jobs.runs import Run

NOON = datetime(2026, 9, 26, 4, tzinfo=UTC)


def receipt(batch, *contents, noted=None):
    """A delivery of files with the given contents, and the place a landing took its first file from."""
    files = [
        LandedFile(
            name=f"{content}.csv",
            object="",
            format="csv",
            encoding="UTF-8",
            rows=1,
            bytes=1,
            sha256=content,
            header=(),
            duplicate_of=noted if at == 0 else None,
            parts=(),
        )
        for at, content in enumerate(contents)
    ]
    return Receipt(
        source="psb_residence",
        batch=batch,
        delivery_no=1,
        transport="sftp",
        sender="office",
        received_at=NOON,
        contract_version="1.0.0",
        legal_basis="CONSENT",
        agreement_no="A-1",
        since=None,
        before=None,
        rows=len(files),
        bytes=1,
        sha256="+".join(contents),
        duplicate_of=None,
        unknown_columns=(),
        missing_columns=(),
        files=tuple(files),
    )


@pytest.mark.fault("F16")
@pytest.mark.fault("F18")
def test_the_later_batch_is_the_copy_whichever_was_landed_first():
    may = receipt("2026-05", "x", "y")
    march = receipt("2026-03", "x", noted=FilePlace(batch="2026-05", delivery_no=1, name="x.csv"))
    april = receipt("2026-04", "x", "z")
    told = {r.batch: [f.duplicate_of and f.duplicate_of.batch for f in r.files] for r in in_order((may, march, april))}
    assert told == {"2026-03": [None], "2026-04": ["2026-03", None], "2026-05": ["2026-03", None]}


@pytest.mark.fault("F18")
def test_a_whole_delivery_sent_again_is_one_duplicate():
    first, again = in_order((receipt("2026-04", "x", "y"), receipt("2026-03", "x", "y")))
    assert (first.batch, first.duplicate_of) == ("2026-03", None)
    assert (again.duplicate_of.batch, again.duplicate_of.delivery_no) == ("2026-03", 1)


def test_a_run_made_again_on_the_same_input_is_another_run_for_whoever_reads_it(tmp_path):
    def ran(fingerprint, status="done"):
        return Run(step="silver", source="a", batch="2026-09", status=status, fingerprint=fingerprint, finished_at=NOON)

    assert runs.revised(None, "abc") == "abc"
    assert runs.revised(ran("abc"), "abc") == "abc-1"
    assert runs.revised(ran("abc-1", runs.STALE), "abc") == "abc-2"
    assert runs.same_input(ran("abc-2"), "abc")
    assert not runs.same_input(ran("abd"), "abc")
    runs.write(tmp_path, ran("abc"))
    runs.mark_stale(tmp_path, ran("abc"))
    assert runs.find(tmp_path, "silver", "a", "2026-09").status == "stale"
    assert runs.done(tmp_path, "silver", "a", "2026-09", "abc") is None
