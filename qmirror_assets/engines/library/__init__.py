"""The picture library: a caption in, the picture of a licensed folder that shows it out."""
