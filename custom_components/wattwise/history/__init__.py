"""Where readings are kept: durable when accepted, rolled up as they come."""
