"""The data dictionary: one page per layer, made from the contracts, committed, and tested fresh."""

from schemas.model import Column, Table

MADE = "<!-- made by `creditfile docs`; do not edit -->"
HEAD = "| column | 中文 | type | key | class | meaning |\n| --- | --- | --- | --- | --- | --- |"


def _row(column: Column) -> str:
    key = str(column.primary_key_position or "")
    meaning = column.description.replace("|", "\\|")
    kind = column.physical_type.replace("|", "\\|")
    return f"| `{column.name}` | {column.business_name} | {kind} | {key} | {column.classification} | {meaning} |"


def section(table: Table) -> str:
    """Return one table's part of a page: what is stored, column by column, and its own checks."""
    lines = [f"## {table.name}", table.description, HEAD, *(_row(column) for column in table.stored_columns)]
    body = "\n\n".join(lines[:2]) + "\n\n" + "\n".join(lines[2:])
    hidden = [f"`{column.name}`" for column in table.identifiers]
    if hidden:
        body += f"\n\nSealed in the vault, never stored here: {', '.join(hidden)}."
    rules = [f"- `{rule.id}`: {rule.description}" for rule in table.rules]
    return body + ("\n\n" + "\n".join(rules) if rules else "")


def pages() -> dict[str, str]:
    """Return the dictionary's pages by path under schemas/docs: one per layer."""
    import schemas

    layers: dict[str, list[Table]] = {}
    for table in schemas.tables():
        layers.setdefault(table.layer, []).append(table)
    return {
        f"dictionary/{layer}.md": "\n\n".join([f"# {layer}", MADE, *(section(table) for table in tables)]) + "\n"
        for layer, tables in sorted(layers.items())
    }
