"""Cards for dashboards."""
