"""A delivery of two gigabytes is landed in the memory of a small one: everything streams from the wire to the disk."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256

import pytest

import schemas
from jobs.city.offices import sftp

SOURCE, BATCH = "hrss_social_insurance", "2026-07"
SIZE = 2 * 1024**3
LIMIT_MB = 300
PROGRAM = """
import sys
from jobs.cli import main
ended = main()
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(f"peak_kb={peak.split()[1]}", file=sys.stderr)
sys.exit(ended)
"""


def written(folder):
    """Write the bureau's file line by line of one kind; returns what its manifest says."""
    titles = [column.physical_name for column in schemas.source(SOURCE).object().bronze.columns]
    values = {"证件号码": "11010519491231002X", "姓名": "王小明", "费款所属期": "202607", "缴费日期": "20260725"}
    line = ",".join(values.get(title, "310115") for title in titles) + "\n"
    lines = 1024**2 // len(line.encode("gb18030"))
    block, head = (line * lines).encode("gb18030"), (",".join(titles) + "\n").encode("gb18030")
    digest, blocks = sha256(head), SIZE // len(block) + 1
    name = f"{SOURCE}_{BATCH}_1.csv"
    with (folder / name).open("wb") as file:
        file.write(head)
        for _ in range(blocks):
            file.write(block)
            digest.update(block)
    return {
        "name": name,
        "bytes": len(head) + blocks * len(block),
        "rows": blocks * lines,
        "sha256": digest.hexdigest(),
    }


@pytest.mark.slow
def test_two_gigabytes_are_landed_in_less_than_300_megabytes(tmp_path):
    folder = tmp_path / "uploads" / SOURCE / BATCH
    folder.mkdir(parents=True)
    entry = written(folder)
    assert entry["bytes"] > SIZE
    stated = {"source": SOURCE, "batch": BATCH, "delivery_no": 1, "files": [entry]}
    (folder / "manifest-1.json").write_text(json.dumps(stated))
    (folder / "manifest-1.json.done").touch()
    host_key, client_key = sftp.key(tmp_path / "host"), sftp.key(tmp_path / "client")
    office = sftp.SftpOffice(SOURCE, tmp_path / "uploads", tmp_path / "inbox", host_key, client_key)
    port = office.start()
    endpoint = {
        "url": f"sftp://{sftp.USER}@127.0.0.1:{port}/",
        "private_key_file": str(tmp_path / "client"),
        "host_key": " ".join(host_key.export_public_key().decode().split()[:2]),
    }
    settings = tmp_path / "settings.yaml"
    settings.write_text(json.dumps({"endpoints": {SOURCE: endpoint}}))
    variables = {"CREDITFILE_LAKE": str(tmp_path / "lake"), "CREDITFILE_SETTINGS": str(settings)}
    command = [sys.executable, "-c", PROGRAM, "run", "ingest", SOURCE, "--batch", BATCH, "--json"]
    try:
        done = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=False)
    finally:
        office.stop()
    assert done.returncode == 0, done.stderr[-2000:]
    landed = json.loads(done.stdout)["items"][0]["landed"]
    assert [(part["rows"], part["bytes"]) for part in landed] == [(entry["rows"], entry["bytes"])]
    peak_mb = int(done.stderr.rsplit("peak_kb=", 1)[1].split()[0]) / 1024
    assert peak_mb < LIMIT_MB
    shutil.rmtree(tmp_path / "lake")  # two gigabytes more than a test run should leave behind
