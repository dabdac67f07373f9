"""SynJudge: four scores of one turn of an image + text dialogue, and what they are worth."""
