"""What tests and drills use: a fake engine server over real HTTP, with faults."""
