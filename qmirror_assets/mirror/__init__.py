"""The text side of the Q-Mirror loop: pure functions, no engines, no files, no clock.

They say which values of a question move to a figure, and how the sentence reads without them.
`make_plan` finds what could move; `label_messages` asks a model for names; `compose` writes the
draft; `check_rules` decides; `score` ranks.
"""
