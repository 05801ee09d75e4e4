"""A damaged file: noticed, set aside, and recovered from."""
