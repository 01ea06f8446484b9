"""What a bad file in an inbox does to whoever runs the program: exit, code, fix, a return file, and nothing landed."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.jobs.ingest.test_ingest_filedrop import EVIL, many, rewritten, workbook, zipped

HERE = Path(__file__).parent
SOURCE, BATCH = "drop_list", "2026-09"
PROGRAM = [sys.executable, "-c", "import sys; from jobs.cli import main; sys.exit(main())"]
HEADER = "会员编号,姓名"
CSV = f"{HEADER}\n1,王芳\n2,李\n".encode("gb18030")
XLSX = workbook([["会员编号", "姓名"], ["1", "王芳"]])


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The program with one contract more; nothing else tells it of the source."""
    root = tmp_path_factory.mktemp("tree")
    for name in ("jobs", "schemas", "expectations"):
        shutil.copytree(HERE.parents[2] / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / f"{SOURCE}.odcs.yaml", root / "schemas" / "sources")
    return root


@pytest.fixture
def office(tree, tmp_path):
    """Drop a file with a manifest and run the program on it."""
    inbox = tmp_path / "inbox" / SOURCE / BATCH
    inbox.mkdir(parents=True)
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"endpoints:\n  {SOURCE}: {{url: 'file://{tmp_path}/inbox'}}\n")
    variables = {"CREDITFILE_LAKE": str(tmp_path / "lake"), "CREDITFILE_SETTINGS": str(settings)}

    def drop(body, rows=2, form="csv", **change):
        contract = tree / "schemas" / "sources" / f"{SOURCE}.odcs.yaml"
        contract.write_text(
            (HERE / contract.name).read_text("utf-8").replace("format: csv", f"format: {form}"), "utf-8"
        )
        (inbox / "list.csv").write_bytes(body)
        file = {"name": "list.csv", "bytes": len(body), "rows": rows, "sha256": sha256(body).hexdigest()} | change
        manifest = {"source": SOURCE, "batch": BATCH, "delivery_no": 1, "files": [file]}
        (inbox / "manifest-1.json").write_text(json.dumps(manifest))
        (inbox / "manifest-1.json.done").touch()
        command = [*PROGRAM, "run", "ingest", SOURCE, "--batch", BATCH]
        environment = os.environ | variables | {"PYTHONPATH": str(tree)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
        left = [
            path for path in (tmp_path / "lake" / "landing").rglob("*") if path.is_file() and path.suffix != ".lock"
        ]
        return done, inbox, left

    return drop


CASES = {
    "F34": ("CF-1202", 5, {"body": CSV, "rows": 999}),
    "F37": ("CF-1401", 5, {"body": f"{HEADER}\n1,王芳\n2,李\n".encode("utf-8-sig")}),
    "F38": ("CF-1402", 5, {"body": f'{HEADER}\n1,"王芳\n2,李\n'.encode("gb18030")}),
    "F39 no byte": ("CF-1403", 5, {"body": b"", "rows": 0}),
    "F39 header only": ("CF-1404", 5, {"body": f"{HEADER}\n".encode("gb18030"), "rows": 0}),
    "F40 workbook named .csv": ("CF-1406", 5, {"body": XLSX, "rows": 1}),
    "F40 cut gzip": ("CF-1406", 5, {"body": gzip.compress(CSV)[:-6]}),
    "F41": ("CF-1407", 6, {"body": many(1_000_000)}),
    "F42": ("CF-1408", 5, {"body": zipped([("../../王芳_11010519491231002X.csv", CSV)])}),
    "F43": (
        "CF-1409",
        6,
        {"body": rewritten(XLSX, "xl/workbook.xml", b"<workb", EVIL["laughs"] + b"<workb"), "rows": 1, "form": "xlsx"},
    ),
}

MARKS = {
    "F34": pytest.mark.fault("F34"),
    "F37": pytest.mark.fault("F37"),
    "F38": pytest.mark.fault("F38"),
    "F39": pytest.mark.fault("F39"),
    "F40": pytest.mark.fault("F40"),
    "F41": pytest.mark.fault("F41"),
    "F42": pytest.mark.fault("F42"),
    "F43": pytest.mark.fault("F43"),
}


@pytest.mark.parametrize(
    ("code", "status", "dropped"),
    [pytest.param(*case, marks=MARKS[row[:3]], id=row) for row, case in CASES.items()],
)
def test_a_bad_file_ends_the_command_and_nothing_is_landed(office, code, status, dropped):
    done, inbox, left = office(**dropped)
    told = done.stdout + done.stderr
    assert done.returncode == status, told
    assert code in told
    assert "Fix:" in told
    assert "Traceback" not in told
    returned = (inbox / "return-1.json").read_text("utf-8")
    assert json.loads(returned)["code"] == code
    for text in (told, returned):
        assert "王芳" not in text
        assert "11010519491231002X" not in text
    assert left == []
    assert not (inbox / "manifest-1.json.done").exists(), "it is claimed"


def test_a_good_file_lands_by_its_contract_alone(office):
    done, inbox, left = office(CSV)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in left) == ["00001-00001.csv", "manifest-1.json", "receipt.json"]
    assert [path.name for path in inbox.iterdir()] == ["claimed"]
