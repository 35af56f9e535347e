"""Facts of a firm from the public « Recherche d'entreprises » API: `client.look_up` asks, `reading` reads."""
