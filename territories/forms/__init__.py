"""Forms of `territories`, one module per subject."""
