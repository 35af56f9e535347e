"""What the processes of the kill drill are forked from: Django, and nothing that another test left open.

Forked from the test's own process, they would inherit every socket and every object of all tests before them.
"""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ti_portal.settings.test")
django.setup()
