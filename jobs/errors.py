"""Every error that stops something: a CF code with what, where, why, what was not done, and the fix.

The table below is the only list of codes; the reference page is made from it. A code is never reused or
given another meaning. Blocks: 10-14 ingest, 20-24 contract and validation, 30-33 linking, 40-43 credit file,
50-55 release and publish, 60-65 serving, 70-74 rights, 80-86 storage and operations, 90-93 configuration.
Messages name place and rule, never a restricted value. Reasons of single rows are contract data, not codes.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Code(NamedTuple):
    """One CF code: its meaning, why it happens, what to do, the process's exit, and whether a retry may help."""

    title: str
    why: str
    fix: str
    exit: int
    retryable: bool = False


CODES: dict[str, Code] = {
    # 10 delivery, landing, receipt
    "CF-1001": Code(
        "nothing delivered for this batch",
        "The office has no delivery for the period yet.",
        "wait for the office's delivery day, then run the same command again",
        5,
        True,
    ),
    "CF-1002": Code(
        "landing does not match its receipt",
        "A landed file was changed or lost after it was received.",
        "remove the delivery's folder under landing and ingest the batch again",
        8,
    ),
    # 11 REST
    "CF-1101": Code(
        "office is down",
        "The endpoint did not answer after all retries.",
        "check the office, then run the same command again; other sources go on",
        5,
        True,
    ),
    "CF-1102": Code(
        "office asks to wait",
        "The office goes on answering 429 Too Many Requests.",
        "run the same command again later, or agree a higher rate with the office",
        5,
        True,
    ),
    "CF-1103": Code(
        "office is too slow",
        "An answer, or the whole delivery, took longer than its deadline.",
        "run the same command again; if it stays, ask the office about its load",
        5,
        True,
    ),
    "CF-1104": Code(
        "answer was cut",
        "The connection ended, or the body was shorter than announced, at every try.",
        "run the same command again; no part of the page was kept",
        5,
        True,
    ),
    "CF-1105": Code(
        "token refused",
        "The office refused a fresh token in the middle of the pages.",
        "ask the office whether the client is still allowed, then run the same command again",
        5,
        True,
    ),
    "CF-1106": Code(
        "credential refused",
        "The office does not accept this client's id and secret.",
        "renew the secret in the endpoint's settings or Airflow connection",
        3,
    ),
    "CF-1107": Code(
        "pages do not add up",
        "A cursor came back, or the pages hold another number of records than the office declared.",
        "run the same command again; if it stays, ask the office for a consistent listing",
        5,
        True,
    ),
    "CF-1108": Code(
        "answer is not the agreed shape",
        "The office answered with something other than a page of records.",
        "look at the endpoint's URL and at the office's notices, then run the same command again",
        5,
        True,
    ),
    "CF-1109": Code(
        "redirect refused",
        "The office answered with a redirect; none is followed, because the token would go with it.",
        "confirm the office's address by another channel, then change the endpoint's url",
        6,
    ),
    "CF-1110": Code(
        "certificate refused",
        "The server's certificate is expired, self-signed or of another host; verification is never turned off.",
        "ask the office to renew its certificate, or add its authority to this machine's trusted ones",
        6,
    ),
    "CF-1111": Code(
        "JSON is outside the limits",
        "Two readers of this JSON could understand two things, or one of them could die of it.",
        "ask the office for plain JSON: each key once, whole characters, no NaN, nothing endless; then run it again",
        5,
        True,
    ),
    # 12 SFTP
    "CF-1201": Code(
        "delivery not finished",
        "The manifest or its .done marker is not there yet.",
        "wait until the office has finished its upload, then run the same command again",
        5,
        True,
    ),
    "CF-1202": Code(
        "delivery incomplete",
        "Files, sizes, rows or hashes differ from the office's manifest.",
        "ask the office to deliver again",
        5,
        True,
    ),
    "CF-1203": Code(
        "host key is not the pinned one",
        "The server shows another key than the one agreed with the office.",
        "confirm the new key with the office by another channel, then change the endpoint's host_key",
        6,
    ),
    "CF-1204": Code(
        "SFTP connection failed",
        "The server closed or refused the connection.",
        "run the same command again; nothing half received is kept",
        5,
        True,
    ),
    "CF-1205": Code(
        "login refused",
        "The server does not accept this user and key.",
        "give the office the public half of the endpoint's private_key_file, or correct the user",
        3,
    ),
    # 13 database
    "CF-1301": Code(
        "database not reachable",
        "The office's database refused the connection or ended the query.",
        "check the endpoint, then run the same command again",
        5,
        True,
    ),
    "CF-1302": Code(
        "table changed while it was read",
        "At every try the rows read were not as many as those counted in the same snapshot.",
        "ask the office for a table, or a view without volatile functions; then run the same command again",
        5,
        True,
    ),
    "CF-1303": Code(
        "watermark cannot be read",
        "Rows without a readable time of their last change would be passed over in every batch.",
        "ask the office to fill the watermark column",
        5,
        True,
    ),
    "CF-1304": Code(
        "table not readable",
        "An agreed table is not there, or the account may not read it.",
        "ask the office to grant SELECT on the agreed tables, and nothing more",
        5,
        True,
    ),
    "CF-1305": Code(
        "database login refused",
        "The database does not accept this user and password.",
        "renew the password in the endpoint's settings or Airflow connection",
        3,
    ),
    "CF-1306": Code(
        "account may do more than agreed",
        "An account of ours that can write, or see what no contract names, is a risk for the office and for us.",
        "ask the office to grant SELECT on the contract's columns, and nothing more",
        3,
    ),
    # 14 file, archive, encoding
    "CF-1401": Code(
        "text is not in the agreed encoding",
        "A header, page or file cannot be decoded as the contract declares, or holds NUL.",
        "ask the office to deliver in the agreed encoding",
        5,
        True,
    ),
    "CF-1402": Code(
        "file cannot be cut into records",
        "A line is longer than 8 MiB, a quote is left open, or the header does not name each column once.",
        "ask the office to deliver again",
        5,
        True,
    ),
    "CF-1403": Code(
        "file is empty",
        "The delivered file holds no byte, or no header.",
        "ask the office to deliver again",
        5,
        True,
    ),
    "CF-1404": Code(
        "file holds a header and no record",
        "The contract does not say that this office may deliver nothing.",
        "ask the office to deliver again, or set `mayBeEmpty` to true in the contract",
        5,
        True,
    ),
    "CF-1405": Code(
        "no record where many are usual",
        "Earlier deliveries of this kind held a thousand records and more: the office's export has probably failed.",
        "ask the office to look at its export and deliver again",
        5,
        True,
    ),
    "CF-1406": Code(
        "file is not of the agreed type",
        "The type is judged by content, never by name; the file is another one, cut, damaged or locked.",
        "ask the office to deliver again in the agreed format",
        5,
        True,
    ),
    "CF-1407": Code(
        "archive is beyond the limits",
        "An archive grows too much, holds too many entries, the same bytes twice, or another archive.",
        "ask the office by another channel what it has sent; then let it deliver in smaller, plain files",
        6,
    ),
    "CF-1408": Code(
        "file name refused",
        "A delivered file's name could point outside its folder or mislead a reader, or it is a link and no file.",
        "ask the office to deliver under a plain name",
        5,
        True,
    ),
    "CF-1409": Code(
        "XML with a DTD refused",
        "A workbook's XML declares a DTD: entities could fill the memory or read other files, and none is needed.",
        "ask the office by another channel what it has sent; then let it save the workbook anew",
        6,
    ),
    # 20 the contract itself
    "CF-2001": Code(
        "contract is not valid",
        "A contract breaks the ODCS schema or the rules of the house.",
        "correct the named lines, then run `creditfile docs --check`",
        3,
    ),
    "CF-2002": Code(
        "no such source",
        "No contract of this name lies in schemas/sources.",
        "see the sources with `creditfile status`",
        2,
    ),
    "CF-2003": Code(
        "breaking change without a new major version",
        "A contract takes away a table, a column or its type that readers have; they must see that by its version.",
        "raise the contract's major version, or keep the column; then run `creditfile docs`",
        3,
    ),
    # 21 drift
    "CF-2101": Code(
        "header drift",
        "The delivered columns are not the contract's.",
        "agree a new contract version with the office, or ask it to deliver as agreed",
        4,
    ),
    "CF-2102": Code(
        "values drift",
        "A column no longer holds what the contract says: another type or unit (元/万元), or codes no list knows.",
        "agree a new contract version with the office, or ask it to deliver as agreed",
        4,
    ),
    # 22 batch gate
    "CF-2201": Code(
        "batch held by its gate",
        "A check of the batch's suite failed.",
        "look at the Data Docs page of the source; if the batch is as it should be: creditfile accept --help",
        4,
    ),
    "CF-2202": Code(
        "nothing to accept",
        "The batch is not held, or by something that a decision does not mend.",
        "creditfile status; what the contract cannot read needs a contract version",
        4,
    ),
    # 23 quarantine
    "CF-2301": Code(
        "too much in quarantine",
        "The share of quarantined records is above the contract's limit.",
        "creditfile quarantine ls",
        4,
    ),
    "CF-2302": Code(
        "nothing to replay",
        "No record is set aside here, or today's rules have judged those that are.",
        "mend the rule, contract, code list or cleaner first; creditfile quarantine ls",
        4,
    ),
    "CF-2303": Code(
        "records do not add up",
        "Received is not silver + quarantine + duplicate + suppressed.",
        "please report this as a bug with the run's record; nothing downstream was built",
        9,
    ),
    "CF-2304": Code(
        "no such record",
        "No table holds a record of this id.",
        "creditfile quarantine ls",
        2,
    ),
    # 24 law at the door
    "CF-2401": Code(
        "delivery refused for its headings",
        "A heading says religion, genes, biometrics, blood type, disease, a secret of a card or login, or a child "
        "(征信业管理条例 art. 14), or stands under `refuseColumns` of the contract.",
        "tell the office to deliver again without this column; the refused delivery's receipt is all we keep of it",
        4,
    ),
    "CF-2402": Code(
        "consent ledger not loaded",
        "The source's legal basis is consent by ledger, and no consent_grant batch has passed yet.",
        "creditfile run refine consent_grant --batch <batch>, then the same command again",
        5,
        True,
    ),
    "CF-2403": Code(
        "delivery refused for its values",
        "Values say religion, blood type or disease, or a column of words holds codes of diseases "
        "(征信业管理条例 art. 14).",
        "tell the office to deliver again without them; if they mean something else, "
        "declare the column as code or number in the contract",
        4,
    ),
    "CF-2404": Code(
        "code list refused",
        "A code list of the contract has codes for what may not be collected (征信业管理条例 art. 14).",
        "take the list or these codes out of schemas/codes and of the contract",
        4,
    ),
    # 31 cluster laws
    "CF-3101": Code(
        "cluster law broken",
        "Two different valid numbers would fall to one person.",
        "please report this as a bug; links stay as before",
        4,
    ),
    # 32 trained parameters
    "CF-3201": Code(
        "trained weights are not monotone",
        "By what was learnt, some agreement would speak less for one person than disagreement does.",
        "see creditfile link train --dry-run on more data; keep the comparison from learning (teaches, linkage.yaml)",
        4,
    ),
    # 33 review, overrides
    "CF-3301": Code(
        "no such review",
        "Nobody waits for a decision under this name, or several names begin so.",
        "creditfile link review ls",
        2,
    ),
    "CF-3302": Code(
        "no link to part",
        "Only a link without a valid number may be parted; a number stands for one person.",
        "creditfile explain record RECORD",
        2,
    ),
    "CF-3303": Code(
        "no such decision",
        "No decision of this name stands, or several names begin so.",
        "creditfile link decisions",
        2,
    ),
    # 41 category, tier, score rules
    "CF-3304": Code(
        "no such record in linking",
        "Only records in silver that name a person are linked.",
        "creditfile explain record RECORD",
        2,
    ),
    "CF-4101": Code(
        "rule file is not valid",
        "A rule file has an unknown key, a gap or a missing value.",
        "correct the named line",
        3,
    ),
    "CF-4201": Code(
        "credit files break their suite",
        "A check of gold/credit_file failed.",
        "look at the Data Docs page of gold.credit_file; files stay as before",
        4,
    ),
    "CF-4202": Code(
        "no such file",
        "gold/credit_file holds no version of this person.",
        "see the ids in gold/credit_file; they are ours and mean nothing outside",
        2,
    ),
    "CF-4203": Code(
        "no files of this period",
        "gold has not built files of it, or holds them.",
        "creditfile run link gold --batch BATCH, or name a period that creditfile status shows",
        2,
    ),
    # 43 trained score
    "CF-4301": Code(
        "too few outcomes to train a score",
        "Fewer loans went bad, or well, than schemas/rules/scorecard_training.yaml asks for: a card would be a guess.",
        "wait for more outcomes; the files keep the expert score",
        4,
    ),
    "CF-4302": Code(
        "nothing tells good loans from bad",
        "By what was learnt, no variable of the expert card weighs as the card says it may.",
        "wait for more outcomes; the files keep the expert score",
        4,
    ),
    "CF-4303": Code(
        "no trained score card",
        "No card was trained in this lake.",
        "creditfile score train --why TEXT --dry-run",
        2,
    ),
    # 50 state, number
    "CF-5001": Code(
        "release is not in the needed state",
        "A release goes DRAFT, VALIDATED, APPROVED, PUBLISHED in this order only.",
        "creditfile release list",
        4,
    ),
    "CF-5002": Code(
        "no such release",
        "The registry holds no release of this number.",
        "creditfile release list",
        2,
    ),
    "CF-5101": Code(
        "admission gate failed",
        "A release gate's figure is outside its limit.",
        "creditfile release show <release>",
        4,
    ),
    "CF-5102": Code(
        "operator may not publish to several banks",
        "Under the role bank_internal files stay inside one bank (征信业管理条例 art. 7).",
        "name one bank, or run under a licensed role",
        6,
    ),
    "CF-5201": Code(
        "row without live consent",
        "A row of a share has no live grant to that bank at the cut-off.",
        "please report this as a bug; nothing was published",
        4,
    ),
    "CF-5301": Code(
        "manifest does not verify",
        "Rows or manifest were changed after sealing.",
        "build the release again",
        9,
    ),
    # 73 erasure
    "CF-7301": Code(
        "the vault knows no such person",
        "No row of vault.person_key or vault.person has this person_id.",
        "take the person_id from link/person_record or `creditfile explain record ID`",
        2,
    ),
    "CF-7302": Code(
        "the person has no key of their own",
        "The identity was sealed before persons had keys, by the operator's key alone.",
        "creditfile vault rotate",
        4,
    ),
    # 80 run, lease
    "CF-8002": Code(
        "another run is at work",
        "Another process holds this lake's lease.",
        "wait for it to end, then run the same command again",
        7,
        True,
    ),
    "CF-8101": Code(
        "disk full",
        "The lake's disk has no room left.",
        "free space or move the lake, then run the same command again",
        8,
        True,
    ),
    "CF-8102": Code(
        "path not writable",
        "The process may not write where the lake or an office's inbox lies.",
        "give the user write permission on the path",
        8,
    ),
    "CF-8201": Code(
        "table cannot be read",
        "A table's log or data file is damaged or missing.",
        "rebuild the table from landing",
        8,
    ),
    "CF-8202": Code(
        "step failed inside Spark",
        "An action ended with an engine error; its text was scrubbed of values.",
        "run the same command again with --debug; nothing half written is visible",
        1,
    ),
    # 86 scheduling
    "CF-8601": Code(
        "batch is not a period",
        "A batch is a month like 2026-09 or a day like 2026-09-30.",
        "pass --batch with such a period",
        2,
    ),
    "CF-8602": Code(
        "Airflow did not start",
        "Its port is taken, or it ended or did not become healthy in time.",
        "look at the end of its log under the lake's airflow folder, then run the same command again",
        8,
        True,
    ),
    "CF-8603": Code(
        "a measured run failed",
        "A process that a bench measures ended with an error: ours or a peer's.",
        "look at the end of the bench's log under the lake's runs/bench folder, then run the same command again",
        8,
        True,
    ),
    "CF-8604": Code(
        "what was measured is wrong",
        "An answer is clearly not the truth, or not what the same work gives otherwise: its time says nothing.",
        "run the same command with fewer rows, and compare the answer with what the rules say",
        4,
    ),
    # 90 settings
    "CF-9001": Code(
        "settings are not valid",
        "A setting is unknown, missing or of the wrong type.",
        "correct the named settings",
        3,
    ),
    "CF-9002": Code(
        "no endpoint for this source",
        "Neither settings nor an Airflow connection says where the office is.",
        "add the source under `endpoints:` in the settings file, or start the demo's offices with `creditfile city up`",
        3,
    ),
    "CF-9101": Code(
        "sandbox keys outside the sandbox",
        "Keys derived from a demo seed must not protect real people.",
        "let `creditfile doctor` name the key file; generate keys for this operator",
        3,
    ),
    "CF-9102": Code(
        "sealed by a key that the key file does not hold",
        "The tables are older than the key file, or the key file is older than the tables: one was restored alone.",
        "restore keys and tables of the same day; if the key is retired, take the batches in again from landing",
        3,
    ),
    "CF-9103": Code(
        "not all is sealed by the new key",
        "After all tables were sealed again some seals do not open by the new key.",
        "the old key is kept: run `creditfile vault rotate` again; if it stays, restore the named table from a backup",
        8,
    ),
    "CF-9104": Code(
        "key file is damaged",
        "It is no JSON object with root, is_sandbox and seals as the program writes it.",
        "restore the key file from its backup; without it nothing in the vault can be opened",
        3,
    ),
    # 92 toolchain
    "CF-9201": Code(
        "Java is missing or unfit",
        "Spark 4.1 needs Java 17 or 21 with the module jdk.incubator.vector.",
        "install it, e.g. `apt-get install openjdk-17-jdk-headless`, and set JAVA_HOME",
        3,
    ),
    # 93 city profile
    "CF-9301": Code(
        "city profile is not valid",
        "schemas/cities holds an unknown key or misses a required one.",
        "correct the named lines",
        3,
    ),
}


@dataclass(frozen=True)
class Problem:
    """What an error says, in the one shape that text, --json, callbacks and return files share."""

    code: str
    what: str
    where: str
    why: str
    undone: str
    fix: str
    retryable: bool

    def text(self) -> str:
        """Return the one-paragraph form for people."""
        place = f" ({self.where})" if self.where else ""
        undone = f" {self.undone}" if self.undone else ""
        return f"{self.code} {self.what}{place}.{undone} Fix: {self.fix}. More: creditfile explain {self.code}"

    def as_json(self) -> dict[str, Any]:
        """Return the `error` object of `--json`."""
        fields = ("code", "what", "where", "why", "undone", "fix", "retryable")
        return {name: getattr(self, name) for name in fields} | {"docs": f"creditfile explain {self.code}"}


class CreditFileError(Exception):
    """Something was stopped on purpose; `problem` says all there is to say, without a restricted value."""

    def __init__(self, code: str, *, what: str = "", where: str = "", undone: str = "", fix: str = "") -> None:
        entry = CODES[code]
        what = f"{entry.title}: {what}" if what else entry.title
        self.problem = Problem(code, what, where, entry.why, undone, fix or entry.fix, entry.retryable)
        super().__init__(self.problem.text())

    @property
    def code(self) -> str:
        """Return the CF code."""
        return self.problem.code

    @property
    def exit(self) -> int:
        """Return the exit status the program ends with."""
        return CODES[self.problem.code].exit
