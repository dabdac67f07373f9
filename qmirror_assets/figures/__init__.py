"""Figures: a closed, validated spec, and our own drawing code for it."""
