"""The quality of the supply, by EN 50160."""
