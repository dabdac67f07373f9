"""A linear axis: where a value lies, and its round tick marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_PLAIN_FROM, _PLAIN_TO = 1e-3, 1e5  # ticks outside are written with a power of ten
_LEAST = 1e-30  # anything nearer to zero is drawn as zero


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high` over `length` pixels, with (place, text) ticks."""

    low: float
    high: float
    length: float
    ticks: tuple[tuple[float, str], ...]

    def place(self, value: float) -> float:
        """Pixels from the start of the axis."""
        return (value - self.low) / (self.high - self.low) * self.length

    @property
    def base(self) -> float:
        """The place of zero, or of the end of the axis nearest to zero."""
        return self.place(min(max(0.0, self.low), self.high))


def fit_scale(values: Sequence[float], length: float, *, zero: bool) -> Scale:
    """A scale with 4 to 8 round ticks around `values`, from zero on if `zero`."""
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    tiny = max(max(abs(low), abs(high)) * 1e-6, _LEAST)
    if high - low <= tiny:
        spread = abs(high) * 0.5 if abs(high) > _LEAST else 1.0
        low, high = low - (0.0 if zero and low >= 0 else spread), high + spread
    step = _round_step((high - low) / 5)
    first, last = math.floor(low / step), math.ceil(high / step)
    low, high = first * step, last * step
    ticks = tuple(
        ((i - first) / (last - first) * length, _write_tick(i * step, step))
        for i in range(first, last + 1)
    )
    return Scale(low, high, length, ticks)


def _round_step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * m for m in (1.0, 2.0, 2.5, 5.0, 10.0) if power * m >= rough * 0.999)


def _write_tick(value: float, step: float) -> str:
    if value == 0:
        return "0"
    if _PLAIN_FROM <= abs(value) < _PLAIN_TO:
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        if not math.isclose(step * 10**digits, round(step * 10**digits), rel_tol=1e-6):
            digits += 1
        return f"{value:.{digits}f}".replace("-", "−")
    mantissa, exponent = f"{value:.3e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".").replace("-", "−")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}×10{raised}"
