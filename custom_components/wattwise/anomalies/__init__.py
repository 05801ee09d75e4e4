"""What is unusual in a home, as its people are told of it."""
