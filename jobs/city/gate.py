"""Where the records of one person and source end: loaded, or kept out for want of consent (domain.md, section 4.1)."""

from jobs.city.layout import Layout
from jobs.city.ledger import Ledger
from jobs.city.records import Item
from jobs.city.sources import Desk

LOADED: tuple[str, str | None] = ("silver", None)
YES = (True, "true", "是")
"""How the city's associations write that a member has agreed."""


class Gate:
    """The legal basis of a source, asked for one person's records; asked of the ledger once a delivery."""

    def __init__(self, desk: Desk, ledger: Ledger | None, batches: int) -> None:
        source = desk.source
        self._is_public, self._proof = desk.is_public, source.consent_proof
        is_asked = ledger is not None and source.loads_by_ledger
        self._live = [not is_asked or (ledger is not None and ledger.is_live(source, n)) for n in range(batches)]

    def is_open(self, layout: Layout, item: Item, batch: int) -> bool:
        """Say whether a record in good order would be loaded from a delivery."""
        return self.fate(layout, item, batch) == LOADED

    def fate(self, layout: Layout, item: Item, batch: int) -> tuple[str, str | None]:
        """Return where a record that nothing else keeps out ends, and why."""
        if not layout.has_person or self._is_public(item):
            return LOADED
        if self._proof == "AT_SOURCE":
            agreed = item.values[layout.places["has_share_consent"]] in YES
            return LOADED if agreed else ("suppressed", "NO_CONSENT_AT_SOURCE")
        if self._proof == "LEDGER":
            has_number = item.link_class not in ("NUMBER_TYPO", "NO_NUMBER", "MASKED")
            return LOADED if has_number and self._live[batch] else ("suppressed", "NO_CONSENT")
        return LOADED
