"""What every dialect consists of."""
