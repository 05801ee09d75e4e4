"""What the history is asked."""
