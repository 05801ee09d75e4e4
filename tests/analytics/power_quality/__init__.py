"""The quality of the supply."""
