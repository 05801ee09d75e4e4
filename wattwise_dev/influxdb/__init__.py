"""Real time-series databases on this computer, and one that speaks a newer protocol."""
