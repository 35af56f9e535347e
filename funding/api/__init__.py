"""Schemes, calls, rounds and the check in the API."""
