"""What electricity costs: now, ahead, and how that is told apart from other numbers."""
