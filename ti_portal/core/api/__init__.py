"""What every address of the API shares: its door, errors, cursors, conditional answers and rate limit."""
