"""Engines: what answers actions. One protocol, one file per kind; `build` makes them."""
