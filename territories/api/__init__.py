"""Places and territories in the API."""
