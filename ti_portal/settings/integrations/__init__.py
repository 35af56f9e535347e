"""One module per outside tool."""
