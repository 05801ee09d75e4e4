"""Makes the small table of the world's climate that WattWise ships."""
