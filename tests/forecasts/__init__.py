"""What feeds forecasts, when they are made, and who sees them."""
