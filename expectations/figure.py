"""The one expectation the gate needs. Importing this module imports Great Expectations, which takes seconds."""

from typing import Any

from great_expectations.compatibility import pydantic
from great_expectations.expectations.core.expect_column_max_to_be_between import ExpectColumnMaxToBeBetween


class ExpectFigureToBeBetween(ExpectColumnMaxToBeBetween):
    """A figure of a batch stays in its bounds; of a one-row frame the largest value is the value itself.

    It differs from its parent in cost alone: the library asks an expectation for its configuration 52 times a
    validation and copies it anew each time, which was two thirds of a verdict (0.33 s against 0.1 s for 70 rules).
    """

    _stated: Any = pydantic.PrivateAttr(default=None)

    @property
    def configuration(self) -> Any:
        """Return the configuration, copied once; again only when the library has given the expectation an id."""
        if self._stated is None or self._stated.id != self.id:
            self._stated = super().configuration
        return self._stated
