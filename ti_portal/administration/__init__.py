"""The délégation's administration site: title, access rule, home."""
