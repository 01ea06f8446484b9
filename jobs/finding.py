"""What one look at this installation found: said as a line for people, as fields for programs."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One check: what was looked at, what was seen, the CF code behind it, and the command that mends it."""

    check: str
    verdict: Literal["ok", "warn", "fail"]
    seen: str
    code: str | None = None
    fix: str | None = None

    def line(self) -> str:
        """Return the finding as one line."""
        mended = f"  Fix: {self.fix}" if self.fix else ""
        return f"{self.verdict:<5} {self.check:<10} {f'{self.code} ' if self.code else ''}{self.seen}{mended}"
