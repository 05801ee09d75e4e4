"""What files brought, and how it is taken back."""
