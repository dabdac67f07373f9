"""Stages: a compiled recipe, and the kinds of step it may use."""
