"""Which schemes can be used here, now, and if not, why. Pure Python: no Django, no database, no clock.

Facts come in (`situation`), rules come in (`criteria`, `calls`, `verdict.Terms`), verdicts go out (`verdict`,
`rulebook`). Codes are stable; sentences are apart in `wording`. The README of this folder gives the logic on one page.
"""
