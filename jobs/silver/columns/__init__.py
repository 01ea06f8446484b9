"""How delivered text becomes a typed value: `Column -> Column`, null where it cannot be read, never an error."""
