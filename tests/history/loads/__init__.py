"""Tests of what files brought, and of taking it back."""
