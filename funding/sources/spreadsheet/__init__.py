"""Lists of aids that a région keeps in a spreadsheet."""
