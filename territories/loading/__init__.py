"""Loading the project's reference tables: `load` is the door."""

from territories.loading.load import Outcome, load

__all__ = ["Outcome", "load"]
