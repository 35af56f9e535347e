"""Reference tables: how they are written from open data, and how the project reads them.

`tables` names the columns and reads; `writing.write_all` makes every table from a folder of open data.
Pure functions, no database, no Django.
"""
