"""Plain Splink on DuckDB: `python splink_duckdb.py PLAIN RESULT WARM_PLAIN`; the last line says how long it took."""

import json
import sys
import time
from pathlib import Path

import duckdb
import link_rules
from splink import DuckDBAPI, Linker


def link(plain: str, result: str) -> float:
    """Link a plain table and write record_id, cluster_id; seconds."""
    begun = time.perf_counter()
    database = duckdb.connect()
    source = f"read_parquet('{plain}/*.parquet')"
    database.execute(f"CREATE TABLE records AS {link_rules.query(source)}")
    api = DuckDBAPI(connection=database)
    linker = Linker(api.register("records"), link_rules.settings())
    pairs = linker.inference.predict(threshold_match_weight=link_rules.threshold())
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs)
    Path(result).mkdir()
    whose = f"SELECT record_id, cluster_id FROM {found.physical_name}"
    database.execute(f"COPY ({whose}) TO '{result}/part.parquet' (FORMAT parquet)")
    return round(time.perf_counter() - begun, 3)


def main(plain: str, result: str, warm: str) -> None:
    first = link(warm, f"{result}_warm")
    print(json.dumps({"start": 0.0, "warm": first, "seconds": link(plain, result)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
