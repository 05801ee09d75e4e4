"""Tests of the meters that are asked over HTTP."""
