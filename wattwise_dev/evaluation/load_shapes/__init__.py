"""Evaluates the groups of load shapes on real homes, and learns those that are shipped."""
