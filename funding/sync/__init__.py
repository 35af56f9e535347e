"""Keeping schemes in step with their sources: compare (pure), apply (one transaction), propose what only a person may
write. See docs/adr/0008-sync.md.

* `plan`: from the entries of a source and what is known to a plan; `guards`: when an answer must close nothing.
* `known`: what the database holds; `rounds`: which round a date of the source continues.
* `writing`, `applying`: through the use cases of `funding.schemes`, never by another way.
* `proposals`: accept or refuse; `runs`: one reading of a source from beginning to end, its history and its schedule.
"""
