"""`python -m qmirror_assets.cli`."""

from qmirror_assets.cli import main

main()
