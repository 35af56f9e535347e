"""The published description: French, whole, and the same as the one that is kept.

After a change that is meant: `python -m tests.api.test_description` writes `openapi.json` anew.
"""

import json
from pathlib import Path

KEPT = Path(__file__).with_name("openapi.json")


def described() -> dict:
    from ti_portal.api import described as published

    return published()


def operations():
    for path, found in described()["paths"].items():
        for method, operation in found.items():
            yield f"{method} {path}", operation


def test_the_description_is_the_one_that_is_kept():
    assert described() == json.loads(KEPT.read_text())


def test_the_published_file_is_the_description(client):
    response = client.get("/api/v1/openapi.json")
    assert response.json() == described()
    assert response.json()["openapi"] == "3.1.0"


def test_everything_is_told_in_french():
    for name, operation in operations():
        assert operation["description"], name
        assert operation["tags"], name
        for parameter in operation["parameters"]:
            assert parameter["description"], (name, parameter["name"])


def test_errors_are_described_everywhere():
    for name, operation in operations():
        assert {"200", "422", "429"} <= operation["responses"].keys(), name
        if "{" in name and "nomenclatures" not in name:
            assert "404" in operation["responses"], name


def write() -> None:
    KEPT.write_text(json.dumps(described(), ensure_ascii=False, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ti_portal.settings.test")
    django.setup()
    write()
