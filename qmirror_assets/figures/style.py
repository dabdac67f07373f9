"""One restrained style: colours that colour-blind readers tell apart, sizes, widths.

`STYLE_VERSION` is bumped by hand whenever a picture changes for the same spec.
"""

from __future__ import annotations

from typing import Final

STYLE_VERSION: Final = 4

INK: Final = "#1b2a38"
GREY: Final = "#55626f"
LIGHT: Final = "#c5ced6"
BLUE: Final = "#0072b2"
RED: Final = "#c44e00"
GREEN: Final = "#00795a"
AMBER: Final = "#e69f00"
PALE_BLUE: Final = "#dcebf5"
PALE_AMBER: Final = "#fcebc8"
PALE_GREEN: Final = "#d6ede4"
PALE_GREY: Final = "#edf0f3"
PALE_RED: Final = "#f9ddcb"
WATER: Final = "#b9dcf0"
WHITE: Final = "#ffffff"

# Points at 100 dpi.
TITLE_SIZE: Final = 15.0
VALUE_SIZE: Final = 14.0
LABEL_SIZE: Final = 12.5
TICK_SIZE: Final = 12.0

# Pixels.
MIN_WIDTH: Final = 600
MAX_WIDTH: Final = 900
MARGIN: Final = 24
REACH: Final = (MAX_WIDTH - 2 * MARGIN) / 2
"""Drawings are centred on x = 0; nothing may lie further out than this."""
THIN: Final = 1.3
LINE: Final = 2.0
BOLD: Final = 3.0
