"""The test suite: same engines as everywhere, in their own folder `var/test`, and cheaper passwords."""

import os

from ti_portal.settings.local import *  # noqa: F403

TEST_VAR = layout.var_folder() / "test"
# Each process of the suite has its own numbered base in Valkey: some tests empty theirs.
VALKEY_BASE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 16
DATABASES = database(env.text("DATABASE_URL", layout.default_database_url(TEST_VAR)))
# A pool would keep connections open while a database is cloned or dropped between tests.
DATABASES["default"]["OPTIONS"].pop("pool", None)
REDIS_URL = env.text("REDIS_URL", layout.default_redis_url(TEST_VAR, VALKEY_BASE))
CACHES = cache(REDIS_URL)
CELERY_BROKER_URL = layout.broker_url_for(REDIS_URL)

MEDIA_ROOT = str(TEST_VAR / "media")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Nobody outside is ever asked: a closed port, or the server of the test.
FIRMS_API_URL = env.url("FIRMS_API_URL", ("https", "http"), "http://127.0.0.1:9/search")
# Demonstration people are made by the tests that want them.
OPENING_COMMANDS = [command for command in OPENING_COMMANDS if command != "seed_demo"]
