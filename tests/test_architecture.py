"""The rules of the house, read from the syntax tree of every file; each rule is also shown a snippet that breaks it."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
Tree = dict[str, str]

TOP = {"README.md", "pyproject.toml", "dags", "jobs", "expectations", "schemas", "tests", "uv.lock", "LICENSE"}
LAYERS = ("schemas", "expectations", "jobs", "dags", "tests")
MAY_IMPORT = {
    "schemas": {"schemas"},
    "expectations": {"schemas", "expectations"},
    "jobs": {"schemas", "expectations", "jobs"},
}
KNOWS_THE_CITY = {"jobs/act.py", "jobs/demo.py", "jobs/plan.py"}
"""Verbs that exist for the synthetic city; the pipeline itself only knows contracts and endpoints."""

ROW_PATH_BANS = {"udf", "pandas_udf", "udtf", "toPandas", "collect", "rdd", "foreach", "foreachPartition"}
ROW_PATH_BANS |= {"mapInPandas", "mapInArrow", "applyInPandas", "applyInArrow", "toLocalIterator"}
COUNTS_ON_THE_DRIVER = {("jobs/refine.py", "toLocalIterator"), ("jobs/release/step.py", "toLocalIterator")}
COUNTS_ON_THE_DRIVER |= {("jobs/silver/late.py", "toLocalIterator"), ("jobs/link/step.py", "toLocalIterator")}
COUNTS_ON_THE_DRIVER |= {("jobs/gold/what_if.py", "toLocalIterator"), ("jobs/what_if.py", "toLocalIterator")}
"""A handful of aggregated rows: records per reason, rows per bank, batches to write again; and who would move if a
rule changed, which is the very answer asked for."""

HASHES = {"sha", "sha1", "sha2", "md5", "crc32", "hash", "xxhash64"}
NO_IDENTIFIER_HASHED = {("expectations/metrics.py", "xxhash64"), ("jobs/bench/drawn.py", "xxhash64")}
"""Only counted for distinctness inside one aggregate, the hash is never kept; and row numbers, to invent people of."""

SAFE_CASTS = {("jobs/bronze/delivered.py", "bigint")}
"""A line's own position, which is a number already."""

CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
MAY_ASK_THE_CLOCK = ("jobs/clock.py", "jobs/cli.py", "jobs/show.py", "jobs/city/", "tests/")
LONG_TABLES = {"jobs/errors.py"}
"""One literal table; splitting it would make two lists of codes."""

OPENS = {"jobs.hashing.opened", "jobs.hashing.with_seals"}
CIPHERS = re.compile(r"\b(?:try_)?aes_(?:en|de)crypt\b")
SEAL = re.compile(r"\bsealed_(?:text|raw_text|undeclared_text|key_text)\b")
HANDLES_SEALS = {"jobs/lake.py", "jobs/vault.py", "jobs/vault_shred.py", "jobs/bronze/step.py", "jobs/silver/step.py"}
"""The door and the persons' keys; bronze, which seals, and silver, which drops what is sealed."""

READS_BY_PYTHON = re.compile(r"\bto_pyarrow_(?:table|dataset)\b")
"""Delta rows read through delta-rs' file system, which is Python: the process may abort when it ends."""

UNVERIFIED = re.compile(
    r"verify\s*=\s*(False|0|None)\b|CERT_NONE|CERT_OPTIONAL|check_hostname\s*=\s*False|_create_unverified"
    r"|known_hosts\s*=\s*None|AutoAddPolicy|follow_redirects\s*=\s*True"
)
LATER = re.compile(r"\b(?:T[O]DO|F[I]XME)\b")
CODE = re.compile(r"CF-[0-9]{4}")


def tree() -> Tree:
    """Every source file, by its path from the root."""
    found = [path for layer in LAYERS for path in (ROOT / layer).rglob("*") if path.suffix in (".py", ".yaml")]
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in found}


def modules(files: Tree, *under: str) -> Iterator[tuple[str, ast.Module]]:
    for path, text in sorted(files.items()):
        if path.endswith(".py") and path.startswith(under or LAYERS):
            yield path, ast.parse(text)


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def imports(module: ast.Module) -> set[str]:
    return {name for node in ast.walk(module) for name in imported(node)}


def layer_imports(files: Tree) -> Iterator[str]:
    """Imports point one way; Spark stays out of schemas but for one module."""
    for path, module in modules(files, "schemas/", "expectations/", "jobs/"):
        layer = path.split("/")[0]
        for name in imports(module):
            if name.split(".")[0] in set(LAYERS) - MAY_IMPORT[layer]:
                yield f"{path} imports {name}"
            if layer == "schemas" and name.startswith("pyspark") and path != "schemas/spark.py":
                yield f"{path} imports {name}"


def dag_imports(files: Tree) -> Iterator[str]:
    """DAG files see contracts, the literal flow, Airflow and each other: they parse without Spark or GX."""
    siblings = {Path(path).stem for path in files if path.startswith("dags/")}
    for path, module in modules(files, "dags/"):
        for name in imports(module):
            allowed = {"schemas", "airflow"} | siblings | set(sys.stdlib_module_names)
            if not (name.split(".")[0] in allowed or name == "jobs.flow" or name.startswith("jobs.flow.")):
                yield f"{path} imports {name}"


def city_apart(files: Tree) -> Iterator[str]:
    """The pipeline knows nothing of the city, and the city shares no function with the pipeline's validators."""
    validators = ("jobs.ingest", "jobs.bronze", "jobs.silver", "jobs.link", "jobs.gold", "expectations")
    for path, module in modules(files, "jobs/"):
        for name in imports(module):
            if path.startswith("jobs/city/"):
                if name.startswith(validators):
                    yield f"{path} imports {name}"
            elif name.startswith("jobs.city") and path not in KNOWS_THE_CITY:
                yield f"{path} imports {name}"


def cycles(files: Tree) -> Iterator[str]:
    """No module needs, while it loads, a module that needs it."""
    known = {path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in files}
    edges: dict[str, set[str]] = {}
    for path, module in modules(files, "schemas/", "expectations/", "jobs/"):
        name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        wanted = {wanted for node in module.body for wanted in imported(node)}
        edges[name] = {w if w in known else w.rpartition(".")[0] for w in wanted} & known - {name}
    while free := [name for name, needs in edges.items() if not needs & edges.keys()]:
        for name in free:
            del edges[name]
    if edges:
        yield f"a cycle runs through {', '.join(sorted(edges))}"


def row_path(files: Tree) -> Iterator[str]:
    """Rows stay in Spark: no Python function per row, nothing gathered on the driver."""
    for path, module in modules(files, "schemas/", "expectations/", "jobs/"):
        if path.startswith("jobs/city/"):
            continue
        for node in ast.walk(module):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in ROW_PATH_BANS and (path, name) not in COUNTS_ON_THE_DRIVER:
                yield f"{path}:{node.lineno} uses {name}"


def casts(files: Tree) -> Iterator[str]:
    """A bare cast of a delivered value kills the job and prints the value; to text, or of a literal, it cannot."""
    for path, module in modules(files, "jobs/bronze/", "jobs/silver/"):
        for node in ast.walk(module):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "cast"):
                continue
            is_literal = ast.unparse(node.func.value).startswith("F.lit(")
            target = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            if not (is_literal or target == "string" or (path, target) in SAFE_CASTS):
                yield f"{path}:{node.lineno} casts"


def clocks(files: Tree) -> Iterator[str]:
    """Only the program and the city's servers know what time it is."""
    for path, module in modules(files):
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and not path.startswith(MAY_ASK_THE_CLOCK):
                name = ast.unparse(node)
                if any(name == clock or name.endswith(f".{clock}") for clock in CLOCKS):
                    yield f"{path}:{node.lineno} asks {name}"


def length(files: Tree) -> Iterator[str]:
    """A module is read in one go."""
    for path, text in files.items():
        lines = len(text.splitlines())
        if path.endswith(".py") and not path.startswith("tests/") and path not in LONG_TABLES and lines >= 300:
            yield f"{path} has {lines} lines"


def unfinished(files: Tree) -> Iterator[str]:
    """Nothing is left for later in the text of the house."""
    return (f"{path} says {LATER.search(text)[0]}" for path, text in files.items() if LATER.search(text))


def bare_hashes(files: Tree) -> Iterator[str]:
    """A resident number can be guessed, so hashing happens in the one module that has the keys."""
    for path, module in modules(files, "schemas/", "expectations/", "jobs/"):
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("F", "functions"):
                found = {node.attr} & HASHES
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found = {name for name in HASHES if re.search(rf"\b{name}\(", node.value)}
            else:
                continue
            for name in found:
                if path != "jobs/hashing.py" and (path, name) not in NO_IDENTIFIER_HASHED:
                    yield f"{path}:{node.lineno} uses {name}"


def vault_door(files: Tree) -> Iterator[str]:
    """Sealed texts are opened by the vault's door in the lake, which logs it, and their columns are named by few."""
    for path, module in modules(files, "schemas/", "expectations/", "jobs/", "dags/"):
        found = [name for name in imports(module) if name in OPENS and path != "jobs/lake.py"]
        prose = {node.value for node in ast.walk(module) if isinstance(node, ast.Expr)}
        for node in ast.walk(module):
            word = node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None)
            if not isinstance(word, str) or node in prose:
                continue
            if ast.unparse(node) in ("hashing.opened", "hashing.with_seals"):
                found.append(word)
            if path != "jobs/hashing.py" and CIPHERS.search(word):
                found.append(word)
            if path not in HANDLES_SEALS and SEAL.search(word):
                found.append(word)
        yield from (f"{path} uses {name[:40]}" for name in found)


def three_files(files: Tree) -> Iterator[str]:
    """A source is a contract, a cleaner and its test, all of one name."""
    for path in files:
        if path.startswith("schemas/sources/"):
            name = Path(path).name.removesuffix(".odcs.yaml")
            for wanted in (f"jobs/silver/{name}.py", f"tests/jobs/silver/test_{name}.py"):
                if wanted not in files:
                    yield f"{name} has no {wanted}"


def codes(files: Tree) -> Iterator[str]:
    """Code and table agree: nothing is raised that is not listed, nothing is listed that nobody raises."""
    listed = set(CODE.findall(files["jobs/errors.py"]))
    for path, text in files.items():
        if not path.startswith("tests/"):
            yield from (f"{path} uses {code}" for code in sorted(set(CODE.findall(text)) - listed))
    used = {code for path, text in files.items() if path != "jobs/errors.py" for code in CODE.findall(text)}
    yield from (f"nobody uses {code}" for code in sorted(listed - used))


def verified(files: Tree) -> Iterator[str]:
    """Every connection proves whom it talks to."""
    own = Path(__file__).relative_to(ROOT).as_posix()
    for path, text in files.items():
        if path != own and (found := UNVERIFIED.search(text)):
            yield f"{path} says {found[0]}"


def reads_by_arrow(files: Tree) -> Iterator[str]:
    """Rows are read without a JVM by one module, through Arrow's own file system."""
    for path, text in files.items():
        is_reader = path in ("jobs/rows.py", "tests/contents.py", Path(__file__).relative_to(ROOT).as_posix())
        if not is_reader and (found := READS_BY_PYTHON.search(text)):
            yield f"{path} calls {found[0]}"


def names(files: Tree) -> Iterator[str]:
    """A module is named for what it holds; a folder of DAGs is no package."""
    for path in files:
        if path == "dags/__init__.py" or Path(path).stem in ("utils", "util", "common", "base", "helpers", "misc"):
            yield path


RULES: list[tuple[Callable[[Tree], Iterator[str]], Tree]] = [
    (layer_imports, {"schemas/model.py": "from jobs.errors import CODES"}),
    (layer_imports, {"schemas/codes.py": "def f():\n    import pyspark.sql"}),
    (layer_imports, {"expectations/rows.py": "import jobs"}),
    (layer_imports, {"jobs/lake.py": "from dags import sources"}),
    (dag_imports, {"dags/a.py": "from jobs.settings import Settings"}),
    (dag_imports, {"dags/a.py": "def f():\n    import great_expectations"}),
    (city_apart, {"jobs/ingest/rest.py": "from jobs.city import build"}),
    (city_apart, {"jobs/city/people.py": "from jobs.silver.columns import identity"}),
    (cycles, {"jobs/a.py": "from jobs import b", "jobs/b.py": "from jobs.c import x", "jobs/c.py": "import jobs.a"}),
    (row_path, {"jobs/silver/a.py": "clean = F.udf(lambda x: x)"}),
    (row_path, {"jobs/silver/a.py": "from pyspark.sql.functions import pandas_udf\n@pandas_udf\ndef f(x): ..."}),
    (row_path, {"jobs/gold/a.py": "rows = frame.where(x).collect()"}),
    (row_path, {"jobs/gold/a.py": "rows = frame.toPandas()"}),
    (casts, {"jobs/silver/a.py": "F.col('paid_date').cast('date')"}),
    (clocks, {"jobs/gold/a.py": "import datetime\nnow = datetime.datetime.now(UTC)"}),
    (clocks, {"jobs/ingest/a.py": "seconds = time.time()"}),
    (length, {"jobs/a.py": "x = 1\n" * 301}),
    (unfinished, {"schemas/sources/a.odcs.yaml": f"# {'todo'.upper()}: agree"}),
    (bare_hashes, {"jobs/silver/a.py": "F.sha2(F.col('certificate_no'), 256)"}),
    (bare_hashes, {"jobs/silver/a.py": "F.expr('md5(certificate_no)')"}),
    (vault_door, {"jobs/release/a.py": "from jobs.hashing import keyed, opened"}),
    (vault_door, {"jobs/link/a.py": "from jobs import hashing\nplain = hashing.opened(F.col(name))"}),
    (vault_door, {"jobs/link/a.py": "rows.select('identity_hash', 'sealed_text')"}),
    (vault_door, {"jobs/quarantine.py": "rows.where('sealed_raw_text IS NOT NULL')"}),
    (vault_door, {"jobs/gold/a.py": "F.expr('aes_decrypt(x, y)')"}),
    (vault_door, {"jobs/vault.py": "F.aes_decrypt(F.col('a'), F.col('b'))"}),
    (three_files, {"schemas/sources/a.odcs.yaml": "", "jobs/silver/a.py": ""}),
    (codes, {"jobs/errors.py": "'CF-1001'", "jobs/a.py": "'CF-1001' 'CF-1002'"}),
    (codes, {"jobs/errors.py": "'CF-1001' 'CF-1002'", "jobs/a.py": "'CF-1001'"}),
    (verified, {"jobs/ingest/a.py": "httpx.get(url, verify=False)"}),
    (verified, {"jobs/ingest/a.py": "context = ssl._create_unverified_context()"}),
    (verified, {"jobs/ingest/a.py": "asyncssh.connect(host, known_hosts=None)"}),
    (verified, {"jobs/ingest/a.py": "httpx.AsyncClient(follow_redirects=True)"}),
    (reads_by_arrow, {"jobs/a.py": "DeltaTable(place).to_pyarrow_table()"}),
    (names, {"jobs/silver/utils.py": ""}),
]
CHECKS = [
    pytest.param(rule, marks=pytest.mark.fault("F29") if rule is verified else ())
    for rule in dict.fromkeys(rule for rule, _ in RULES)
]


@pytest.fixture(scope="module")
def house():
    return tree()


@pytest.mark.parametrize("rule", CHECKS, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule, house):
    assert list(rule(house)) == []


@pytest.mark.parametrize(("rule", "broken"), RULES, ids=[f"{rule.__name__}-{n}" for n, (rule, _) in enumerate(RULES)])
def test_the_rule_fires_on(rule, broken):
    assert list(rule(broken)) != []


def test_the_top_level_is_fixed():
    ignored = {line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()}
    there = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - ignored
    assert there <= TOP
    assert TOP - {"LICENSE"} <= there


def test_a_lazy_import_is_no_cycle():
    assert list(cycles({"jobs/a.py": "from jobs import b", "jobs/b.py": "def f():\n    from jobs import a"})) == []
