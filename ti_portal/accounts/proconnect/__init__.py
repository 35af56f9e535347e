"""ProConnect, the State's identity federation for professionals: OpenID Connect with a signed `userinfo`.

A Django app only because allauth finds its providers so. It is present everywhere and does nothing until the three
settings PROCONNECT_CLIENT_ID, PROCONNECT_CLIENT_SECRET and PROCONNECT_SERVER_URL are there.
"""
