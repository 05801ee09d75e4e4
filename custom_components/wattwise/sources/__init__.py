"""Where readings come from: one file for each transport."""
