"""All movable spans of a question with their frames: structures first, then quantities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from qmirror_assets.mirror.chains import chain_frame, find_chains
from qmirror_assets.mirror.frames import Frame
from qmirror_assets.mirror.lists import find_lists, list_frame
from qmirror_assets.mirror.phrases import at_sentence_start, find_frame
from qmirror_assets.mirror.series import find_series, series_frame
from qmirror_assets.mirror.spans import Kind, Span, find_quantities, span_ids
from qmirror_assets.records import Given

_FRAMES = {Kind.CHAIN: chain_frame, Kind.LIST: list_frame, Kind.SERIES: series_frame}


def find_spans(question: str, givens: Sequence[Given]) -> tuple[Span, ...]:
    """Spans of `question` in order of place, named "a", "b", ...; none overlaps another."""
    quantities = find_quantities(question, givens)
    structures = [*find_series(question, quantities), *find_chains(question), *find_lists(question)]
    kept: list[Span] = []
    for span in [*(s for s in structures if frame_of(question, s)), *quantities]:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    ordered = sorted(kept, key=lambda span: span.start)
    return tuple(replace(span, id=name) for span, name in zip(ordered, span_ids(), strict=False))


def frame_of(question: str, span: Span) -> Frame | None:
    """How `question` reads without `span`, or None if no rule is sure."""
    finder = _FRAMES.get(span.kind)
    if finder is None:
        return find_frame(question, span)
    frame = finder(question, span)
    return at_sentence_start(question, frame) if frame else None


def frames_of(question: str, spans: Sequence[Span]) -> Iterator[tuple[Span, Frame]]:
    """The spans that a rule can move, each with its frame."""
    for span in spans:
        frame = frame_of(question, span)
        if frame is not None:
            yield span, frame
