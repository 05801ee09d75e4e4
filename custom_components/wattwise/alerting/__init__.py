"""What is noticed in readings as they come: conditions that last, and their end."""
