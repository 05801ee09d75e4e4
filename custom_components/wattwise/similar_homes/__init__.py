"""A household beside homes like it: when they are compared, what from, and how it is told."""
