"""The SQL project: staging and marts as plain SELECT files. Shipped as package data."""
