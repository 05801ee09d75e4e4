"""Roll-ups: what is known of five minutes, hours, days and months."""
