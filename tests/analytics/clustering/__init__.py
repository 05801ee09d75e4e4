"""Tests of groups of things that are alike."""
