"""What is wrong with a meter itself."""
