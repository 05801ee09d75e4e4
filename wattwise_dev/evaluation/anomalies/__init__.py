"""What is found of events in real households, at how many false alarms."""
