"""What outlives a command: the log of decisions."""
