"""The same script under many environments, each in a process of its own, for the price of about one.

What the settings import from elsewhere is imported once, then forked; the portal itself is imported by each.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NURSERY = """
import json, os, sys, tempfile, traceback
import celery.app, django.core.management, kombu.transport.redis, psycopg, redis

script, environments = json.load(sys.stdin)
answers = []
for environment in environments:
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        pid = os.fork()
        if pid == 0:
            code = 1
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            os.environ.clear()
            os.environ.update(environment)
            try:
                exec(compile(script, "script", "exec"), {"__name__": "__main__"})
                code = 0
            except SystemExit as end:
                code = end.code or 0
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        output.seek(0)
        errors.seek(0)
        answers.append([code, output.read().decode(), errors.read().decode()])
print(json.dumps(answers))
"""


@dataclass(frozen=True)
class Answer:
    """How one run ended."""

    returncode: int
    stdout: str
    stderr: str


def run_under(script: str, environments: Sequence[Mapping[str, str]]) -> list[Answer]:
    """Run the Python `script` once under each environment, which replaces this process's own."""
    ended = subprocess.run(
        [sys.executable, "-c", NURSERY], input=json.dumps([script, list(environments)]),
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [Answer(*answer) for answer in json.loads(ended.stdout)]
