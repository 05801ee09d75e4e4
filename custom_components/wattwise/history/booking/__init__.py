"""What readings mean to the history: judged, stored, rolled up and registered."""
