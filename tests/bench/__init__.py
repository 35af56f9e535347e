"""`make bench`: the budgets of the design, measured on a database of their own. See `__main__`."""
