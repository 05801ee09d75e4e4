"""Tests of the view over several households."""
