"""What is computed from a home's history. Knows numbers, nothing of Home Assistant."""
