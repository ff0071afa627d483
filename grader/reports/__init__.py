"""Reports, one format per file."""
