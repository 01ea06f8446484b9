"""The 87 faults that must not do harm, by their stable ids: tests name them, and a run counts what it has covered."""

GROUPS = {
    "A": "crash and concurrency",
    "B": "storage and clock",
    "C": "REST",
    "D": "SFTP and files",
    "E": "database",
    "F": "drift and quality gates",
    "G": "injection and leaks",
    "H": "linking",
    "I": "consent and isolation",
    "J": "tokens and sharing",
    "K": "release and rights",
    "L": "operations",
}

TABLE = r"""
F01 A process dies between steps
F02 A process dies inside a write
F03 A commit landed, reply lost
F04 A SIGTERM: task cleared or stopped
F05 A frozen 5 minutes, retried elsewhere, then wakes
F06 A two runs of one batch
F07 K release cut while a correction lands
F08 A VACUUM or gc while a bank reads
F09 B disk full in each writer
F10 B directory read-only, permission lost
F11 B memory short; one person with 10^6 records
F12 B flipped bit, truncated Parquet in bronze
F13 B Delta log entry missing, malformed, of a future version
F14 B clock one day back, ten years ahead
F15 F summer time, zones, leap day, lunar dates, years 1900 and 9999
F16 B backfill of 90 days, out of order
F17 K record arrives after its release
F18 F page, file or delivery sent again, same bytes
F19 F same key, other content
F20 C 500/502/503 burst, then fine
F21 C 429 with Retry-After as seconds, date, 10^9
F22 C 1 byte/s; hang before headers; hang in the body
F23 C reset in a page; Content-Length wrong both ways; cut gzip
F24 C token expires between pages
F25 C 403; secret revoked or rotated
F26 C cursor loop or repeat, shrinking total, item moving between pages
F27 C login page or JSON error under status 200
F28 C redirect to another host, to plain HTTP, to a metadata address
F29 C certificate expired, other host, self-signed
F30 C JSON: duplicate keys, NaN, 10^400, depth 10^4, lone surrogates
F31 F column added, removed, renamed, retyped; unit changed; new code value
F32 F silent drift: 30 % nulls, mean x 100, volume -60 %
F33 D upload still growing
F34 D manifest 1000 rows, file 999; hash wrong; file missing or extra
F35 D host key changed
F36 D cut in mid-download; rename's reply lost
F37 D wrong or mixed encoding, BOM, invalid bytes, NUL, rare characters
F38 D wrong delimiter, open quote, newline in field, ragged rows, bad header
F39 D empty file; header only; 0 rows where 10^5 are usual
F40 D cut gzip or zip; wrong extension; XLSX named .csv
F41 D zip bomb 42 KB to 4 GiB; 10^6 entries; nested; overlapping
F42 D file names that point outside, or mislead a reader
F43 D XML entity bombs and external entities; YAML tags; pickle
F44 E server down, killed in mid-fetch, too slow, locked, no free connection
F45 E rows change during a partitioned read
F46 E clock watermark misses equal times and late commits
F47 E overflow, NaN, infinity and BC dates, char(n) padding, no zone
F48 E account may write, or sees undeclared columns
F49 G SQL in values or settings, ${}, Jinja in Airflow template fields
F50 G spreadsheet formula: =HYPERLINK(...), @, tab, CR
F51 G HTML, JS, SVG, {{}} in a name or employer on report, dashboard, docs
F52 G CR/LF, ANSI, fake JSON into logs
F53 G personal canaries through every other row
F54 G secret canaries in processes, logs, Airflow, Spark
F55 G low-entropy hash reversed: all numbers of a district
F56 F poison record: right types, lethal content
F57 F quarantine above x %
F58 F quarantine replayed after a rule fix, twice
F59 H false merge: twins, father and son, shared phone, number typo
F60 H blocking explosion on "unknown" phone, 1900-01-01
F61 H attacker adds a victim's phone to an own record
F62 H split after release
F63 H model, parameters or seed drift between runs
F64 I consent absent, expired, withdrawn, of another purpose or bank, forged
F65 I withdrawal between publish and read, between pages, with a cached URL
F66 I withdrawn person through time travel, change feed, cache, backup
F67 I bank A asks for what is bank B's, by every route and id
F68 I extra fields, mass assignment, sort or filter by a hidden column
F69 J token absent, malformed, unsigned, of another issuer or time
F70 J page or refresh token tampered, expired, of another table or bank
F71 J file URL changed, expired, revoked, of another file or method
F72 J maxResults and predicates: huge, negative, deep, unknown column
F73 J NDJSON answer cut
F74 J scraping: 10^4 person look-ups; timing tells "is X a customer"
F75 G small cells in aggregates and dashboards; two releases subtracted
F76 J CORS, CSRF, framing, host header, smuggling, verbs, path tricks
F77 K webhook forged, replayed, aimed inward; receiver slow, down, doubled
F78 J one Idempotency-Key with another body; replay; race
F79 J ledger down or full; chain edited, reordered, cut
F80 K manifest or signature edited; key rotated, revoked; old client
F81 K rebuilt in another directory, zone, locale, hash seed, core count
F82 K bad release rolled back; same number released again
F83 K dispute in mid-release; twice; day 20
F84 L upgrade over old tables and state; downgrade; unfinished batch
F85 L Airflow: database down, scheduler killed, pool full, catch-up
F86 L settings: unknown key, wrong type, secret missing, source id twice
F87 L dependency altered, jar missing, wrong Java
"""

ROWS = {line[:3]: (line[4], line[6:]) for line in TABLE.strip().splitlines()}
"""Group and short text of each fault, by its id."""
