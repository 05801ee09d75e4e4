"""What is computed from a home's history."""
