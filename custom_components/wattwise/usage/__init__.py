"""How much is used, compared with what is usual: zones, and when it is too much."""
