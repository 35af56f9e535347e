"""Measure the budgets of the design.

    python -m tests.bench --only territory,typeahead

Everything happens in engines and a database of the bench's own (`var/bench`); the portal's data is left alone. The
table is printed and written to `var/bench.json`. Exit status 1 when a bar is missed.
"""

import argparse
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ti_portal.settings.local")


def main() -> int:
    parser = argparse.ArgumentParser(description="Mesure les budgets de la conception.")
    parser.add_argument("--only", default="", help="noms séparés par des virgules")
    only = {name.strip() for name in parser.parse_args().only.split(",") if name.strip()}

    from ti_portal.core.engines import layout, running_engines

    # In the folder of the tests: DATABASE_URL from outside would be the portal's, and the bench fills what it is given.
    outside = os.environ.pop("BENCH_DATABASE_URL", "")
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    if outside:
        os.environ["DATABASE_URL"] = outside
    var = layout.var_folder()
    with running_engines(var / "bench", durable=True, database="ti_bench") as engines:
        os.environ.update(engines.environment())
        import django

        django.setup()
        from tests.bench import measures
        from tests.bench.results import keep, print_table

        unknown = only - set(measures.ALL)
        if unknown:
            known = ", ".join(measures.ALL)
            sys.stderr.write(f"Mesures inconnues : {', '.join(sorted(unknown))}. Connues : {known}.\n")
            return 2
        taken = measures.take(only or set(measures.ALL), write=sys.stderr.write)
    print_table(taken, sys.stdout.write)
    keep(taken, var / "bench.json")
    return 0 if all(measure.ok for measure in taken) else 1


if __name__ == "__main__":
    raise SystemExit(main())
