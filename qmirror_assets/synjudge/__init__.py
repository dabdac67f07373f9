"""SynJudge: four scores of one turn of an image + text dialogue, and how far they can be trusted."""
