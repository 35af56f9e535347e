"""The opening content: the assembly of 15 December 2020 and the monthly seminar, as tables."""
