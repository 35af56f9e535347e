"""Tables that the délégation takes away and sends back, one module per subject."""
