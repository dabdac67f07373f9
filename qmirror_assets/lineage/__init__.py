"""Lineage: from any sample back to its seed, from the stores or from a release alone."""
