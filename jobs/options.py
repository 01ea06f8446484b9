"""The options that every verb understands."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

if TYPE_CHECKING:
    from jobs.settings import Settings

EVERYWHERE = Group("Everywhere", sort_key=9)
Switch = Annotated[bool, Parameter(negative="", show_default=False)]


@Parameter(name="*", group=EVERYWHERE)
@dataclass(frozen=True)
class Options:
    """Where to work, what to write, and how to answer."""

    lake: Annotated[Path | None, Parameter(help="Folder of the tables. Default: CREDITFILE_LAKE, else ./lake.")] = None
    json: Annotated[Switch, Parameter(help="Answer with one JSON object on stdout; progress stays on stderr.")] = False
    dry_run: Annotated[Switch, Parameter(help="Write nothing; say what would be done.")] = False
    quiet: Annotated[Switch, Parameter(help="No progress, only the answer.")] = False
    yes: Annotated[Switch, Parameter(help="Do not ask; needed where nobody sits at the terminal.")] = False
    debug: Annotated[Switch, Parameter(help="Show where in the program an error arose.")] = False

    def settings(self, city: str | None = None) -> "Settings":
        """Return the settings of this command; what stands on the command line goes first."""
        from jobs.settings import Settings

        stated = {"lake": self.lake, "city": city}
        return Settings(**{name: value for name, value in stated.items() if value is not None})


DEFAULT = Options()
