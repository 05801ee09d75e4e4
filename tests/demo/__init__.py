"""Tests of the demo that need no home of their own."""
