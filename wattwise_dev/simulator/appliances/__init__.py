"""Models of what uses and makes electricity: power by the second."""
