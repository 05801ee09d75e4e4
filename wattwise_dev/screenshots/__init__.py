"""Pictures of WattWise at work, for the docs."""
