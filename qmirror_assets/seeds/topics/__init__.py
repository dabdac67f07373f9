"""Seeds asked from topics: a labelled hierarchy, question templates, a sampler that covers."""
