"""Openings and closings as calendars and news readers take them (ADR 10)."""
