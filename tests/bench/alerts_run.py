"""The day's run in a process of its own: `python -m tests.bench.alerts_run INSTANT`.

After each batch that was committed, one line of JSON: stage, seconds since the start, what was done, resident memory.
"""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

import django


def main() -> None:
    begin = time.perf_counter()
    django.setup()
    from funding.alerts.recording import record
    from funding.alerts.spreading import spread
    from funding.alerts.writing import write

    at = datetime.fromisoformat(sys.argv[1])
    done = {"facts": 0, "alerts": 0, "messages": 0}
    for stage, counted, batches in (
        ("record", "facts", record(at=at)),
        ("spread", "alerts", spread(at=at)),
        ("write", "messages", write(at=at)),
    ):
        for number in batches:
            done[counted] += number
            seconds = round(time.perf_counter() - begin, 1)
            line = {"stage": stage, "seconds": seconds, **done, "rss_mb": round(resident_mb(), 1)}
            sys.stdout.write(json.dumps(line) + "\n")
            sys.stdout.flush()


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1_000_000


if __name__ == "__main__":
    main()
