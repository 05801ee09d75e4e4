"""The view over several households of one installation, for its administrators."""
