"""Seeds: readers of files, and the computed-seed generator."""
