r"""LaTeX fragments as plain text, for drawing and for comparison: `9.8\,\mathrm{m/s^2}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_SYMBOLS: Final[Mapping[str, str]] = MappingProxyType(
    {
        r"\times": "×",
        r"\cdot": "·",
        r"\Omega": "Ω",
        r"\ohm": "Ω",
        r"\mu": "µ",
        r"\%": "%",
        r"^{\circ}": "°",
        r"^\circ": "°",
        r"\degree": "°",
        r"\circ": "°",
        r"\rightarrow": "→",
        r"\to": "→",
        r"\pm": "±",
    }
)
_MARKUP: Final = re.compile(r"[\\^~{}]")
_TO_SUPERSCRIPT: Final = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")


def plain_latex(text: str) -> str:
    """`text` with wrappers removed and symbols and powers as Unicode; unknown commands stay."""
    if not _MARKUP.search(text):
        return " ".join(text.split())
    for command, symbol in _SYMBOLS.items():
        text = re.sub(re.escape(command) + r"(?![a-zA-Z])", symbol, text)
    text = re.sub(r"\\(?:mathrm|text|mathbf|rm|mathit|operatorname)\s?\{([^{}]*)\}", r"\1", text)
    text = re.sub(r"\\[,;:! ]|~|\\quad", " ", text)
    text = re.sub(r"\^\{?([-+]?\d+)\}?", lambda m: m[1].translate(_TO_SUPERSCRIPT), text)
    return re.sub(r"\s+", " ", text.replace("{", "").replace("}", "")).strip()
