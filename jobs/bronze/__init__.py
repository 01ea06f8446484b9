"""Bronze: every record as delivered, each field text, identifiers behind a keyed hash."""
