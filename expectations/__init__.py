"""WHAT must hold: row checks that set records aside, and the gate that judges a batch."""
