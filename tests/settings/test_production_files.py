"""Dockerfile, docker-compose.yml and nginx.conf cannot run here: what they name must at least exist."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from django.urls import get_resolver, reverse

from ti_portal.core.management.commands.up import programs
from ti_portal.core.queues import QUEUES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PRODUCTION_SETTINGS = (ROOT / "ti_portal/settings/production.py").read_text()
WORKERS = ("worker", "worker-sync")
PORTAL_SERVICES = ("prepare", "web", "rooms", *WORKERS, "beat")


def variables_read() -> set[str]:
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', PRODUCTION_SETTINGS))


def example_variables() -> set[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}


def test_compose_has_every_part_of_the_portal():
    assert set(COMPOSE["services"]) == {*PORTAL_SERVICES, "database", "valkey", "nginx"}


@pytest.mark.parametrize("service", PORTAL_SERVICES)
def test_portal_services_get_the_settings_that_the_example_does_not_hold(service):
    given = set(COMPOSE["services"][service]["environment"])
    assert given == {"DATABASE_URL", "REDIS_URL", "EVENTS_FRAGMENTS_PER_SECOND"}
    pace = "EVENTS_FRAGMENTS_PER_SECOND"
    assert given - {pace} <= variables_read()
    assert f'integer("{pace}"' in (ROOT / "ti_portal/settings/integrations/events.py").read_text()


def test_example_environment_names_what_production_needs():
    optional = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)",\s*(?!wanted|\()', PRODUCTION_SETTINGS))
    given_by_compose = {"DATABASE_URL", "REDIS_URL"}
    assert variables_read() - optional - given_by_compose <= example_variables()
    assert example_variables() - {"POSTGRES_PASSWORD"} <= variables_read()


def test_variables_of_compose_are_in_the_example():
    wanted = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "docker-compose.yml").read_text()))
    assert wanted <= example_variables()


def test_management_commands_of_compose_exist():
    text = " ".join(COMPOSE["services"]["prepare"]["command"])
    named = re.findall(r"manage\.py (\w+)", text)
    assert named == ["migrate", "load_reference", "load_schemes", "load_events"]
    assert set(named) <= set(get_commands())


def test_workers_listen_to_every_queue_and_what_hangs_has_its_own():
    commands = [COMPOSE["services"][worker]["command"] for worker in WORKERS]
    listened = [set(command[command.index("-Q") + 1].split(",")) for command in commands]
    assert listened == [{"default", "mail"}, {"sync"}]
    assert set.union(*listened) == set(QUEUES)


def test_depends_on_names_services():
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])


def test_volumes_are_declared_and_files_exist():
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).exists()


def test_dockerfile_copies_what_exists_and_starts_what_is_installed():
    text = (ROOT / "Dockerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE):
        assert (ROOT / source).exists()
    start = shlex.split(re.search(r"^CMD \[(.+)\]$", text, re.MULTILINE)[1].replace(",", " "))
    assert start[0] == "granian"
    assert start[-1] == "ti_portal.wsgi:application"
    assert re.search(r"^granian==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def test_the_server_of_the_image_accepts_as_many_connections_as_that_of_one_machine(tmp_path):
    web = programs("127.0.0.1", 8000, tmp_path, with_worker=False)[0].command
    (backlog,) = re.findall(r"^ENV GRANIAN_BACKLOG=(\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert web[web.index("--backlog") + 1] == backlog


def test_nginx_talks_to_services_and_ports_of_compose():
    text = (ROOT / ".docker/nginx.conf").read_text()
    assert re.findall(r"server (\w+):(\d+);", text) == [("web", "8000"), ("rooms", "8000")]
    assert text.count("{") == text.count("}")


def test_nginx_keeps_the_fragments_of_rooms_and_nothing_else():
    text = (ROOT / ".docker/nginx.conf").read_text()
    (kept,) = re.findall(r"location ~ (\S+) \{", text)
    for name in ("room_fragment", "screen_fragment"):
        assert re.match(kept, reverse(f"events:{name}", args=[1, "x"]))
    assert not re.match(kept, reverse("events:room", args=["x"]))


def paths_with_a_secret(resolver, prefix="") -> list[str]:
    """One path for each pattern of the portal that takes a secret, with `SECRET` in its place."""
    found = []
    for pattern in resolver.url_patterns:
        whole = prefix + str(pattern.pattern).removeprefix("^")
        if hasattr(pattern, "url_patterns"):
            found += paths_with_a_secret(pattern, whole)
        elif re.search(r"<(\w+:)?(secret|token|key)>", whole):
            plain = re.sub(r"\(\?P<\w+>[^)]*\)|<(\w+:)?(secret|token|key)>", "SECRET", whole)
            found.append("/" + re.sub(r"<\w+:\w+>", "1", plain))
    return found


def test_nginx_writes_no_secret_of_a_path_in_its_log():
    text = (ROOT / ".docker/nginx.conf").read_text()
    assert "$uri " not in re.search(r"log_format .*", text)[0]
    (masked,) = re.findall(r'"~(\S+)" "\$\{known\}-";', text)
    # What the administration previews opens for the person who sent the file only, signed in.
    paths = [path for path in paths_with_a_secret(get_resolver()) if not path.startswith("/administration/")]
    assert reverse("events:registration", args=["SECRET"]) in paths
    told = [
        path for path in paths if not (found := re.match(masked.replace("?<", "?P<"), path)) or "SECRET" in found[1]
    ]
    assert told == []
    # An error repeats the address as it came.
    assert re.findall(r"error_log \S+ (\w+);", text) == ["crit"]
    assert not re.match(masked.replace("?<", "?P<"), reverse("events:event", args=["x"]))
