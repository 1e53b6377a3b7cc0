"""What the API takes and gives, one noun a file. Times are UTC, lengths seconds or frames (30 a second)."""
