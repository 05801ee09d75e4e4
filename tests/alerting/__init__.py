"""What is noticed in readings as they come."""
