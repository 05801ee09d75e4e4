"""Tests of the commands over the websocket."""
