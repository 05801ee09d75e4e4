"""What homes like this one use: groups of similar homes, and what is expected of one."""
