"""One repository per noun: reads and writes rows, speaks domain values."""
