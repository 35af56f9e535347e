"""The opening content: what the page of the assembly of 15 December 2020 says of schemes, in tables of the project."""
