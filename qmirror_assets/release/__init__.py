"""Versions: snapshot, candidate, gate record, release."""
