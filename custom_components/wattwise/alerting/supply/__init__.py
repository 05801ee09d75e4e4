"""What is wrong with the supply."""
