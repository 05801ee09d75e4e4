"""Day types: what kinds of days one home has, by the course of its use."""
