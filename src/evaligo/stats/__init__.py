"""Arrays in, estimates out; this room knows no files, no runs and no verdicts."""
