"""What people are told of anomalies: reasons, feedback, alerts."""
