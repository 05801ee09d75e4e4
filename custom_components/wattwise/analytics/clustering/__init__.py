"""Groups of things that are alike."""
