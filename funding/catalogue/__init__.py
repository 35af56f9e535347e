"""The catalogue in memory: filters, facets, sorts and pages without asking the database (ADR 6)."""
