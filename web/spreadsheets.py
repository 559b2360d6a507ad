"""Cells as spreadsheets should see them: numbers as numbers, and no text ever as a formula."""

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
"""First characters that make a spreadsheet take a cell for a formula (RELIABILITY S24)."""

COLUMNS = ("at", "score", "segment", "comment", "channel", "flow", "language", "outcome", "id", "revision", "variant")
"""Of a table of responses."""


def cell(value: object) -> object:
    """A value as it is written into a file."""
    if not isinstance(value, str):
        return value
    return "'" + value if value.lstrip(" \u00a0").startswith(DANGEROUS) else value
