"""Aides-territoires, the public catalogue of aids to local authorities, by its API: both of its generations."""
