"""Parts of the flows that need no Home Assistant."""
