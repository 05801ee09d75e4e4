"""When it is looked at what kind of load shape a home has, and how that is told."""
