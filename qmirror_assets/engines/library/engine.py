"""The engine that answers a caption with a picture of a library, or says that there is none."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from qmirror_assets.engines.base import Call, Failure, FailureKind, Outcome, Raw
from qmirror_assets.engines.library.listing import Entry, Listing
from qmirror_assets.engines.library.origin import Origin
from qmirror_assets.engines.library.picture import Prepared, UnfitPicture, prepare
from qmirror_assets.engines.library.request import BadRequest, PictureRequest, parse_request
from qmirror_assets.errors import EngineUnavailable

if TYPE_CHECKING:
    from qmirror_assets.engines.library.match import Match, Matcher

_SHOWN_TITLE: Final = 80


class LibraryEngine:
    """Serves one caption at a time; the library is fetched and read on the first call.

    Args:
        identity: what decides its answers.
        origin: recorded with every picture.
        resolve: finds or fetches the library; raises `EngineUnavailable`.
        floor: least similarity, 0 to 1, of a picture that is served.
    """

    batch_size: Final = 1
    in_flight: Final = 1

    def __init__(
        self,
        identity: Mapping[str, str],
        origin: Origin,
        resolve: Callable[[], Listing],
        floor: float,
    ) -> None:
        self.identity = identity
        self._origin, self._resolve, self._floor = origin, resolve, floor
        self._thread: ThreadPoolExecutor | None = None
        self._opened: tuple[Listing, Matcher] | None = None

    async def run(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Answer `calls` in order; a caption that nothing fits is a failure of its call."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "library")
        loop = asyncio.get_running_loop()
        return [await loop.run_in_executor(self._thread, self._answer, call) for call in calls]

    async def close(self) -> None:
        """End the thread and free the matcher."""
        thread, self._thread, self._opened = self._thread, None, None
        if thread is not None:
            thread.shutdown(wait=False, cancel_futures=True)

    def _answer(self, call: Call) -> Outcome:
        try:
            request = parse_request(call.request.body)
        except BadRequest as error:
            return Failure(FailureKind.BAD_REQUEST, str(error))
        listing, matcher = self._open()
        return self._choose(request, listing, matcher.rank(request.caption))

    def _open(self) -> tuple[Listing, Matcher]:
        if self._opened is None:
            # numpy and the embeddings load here
            from qmirror_assets.engines.library.match import Matcher  # noqa: PLC0415

            listing = self._resolve()
            self._opened = (listing, Matcher(listing.entries))
        return self._opened

    def _choose(
        self, request: PictureRequest, listing: Listing, matches: Sequence[Match]
    ) -> Outcome:
        """The best picture that is fit to be seen and not shown already."""
        shown = unfit = 0
        for match in matches:
            if match.score < self._floor:
                break
            try:
                picture = prepare(_read(listing, match.entry))
            except UnfitPicture:
                unfit += 1  # the next best may do; what is unfit is so in every run
                continue
            if hashlib.sha256(picture.png).hexdigest() in request.avoid:
                shown += 1
                continue
            return self._serve(match, picture)
        if shown or unfit:
            return _no_other(shown, unfit)
        return _nothing(matches, self._floor)

    def _serve(self, match: Match, picture: Prepared) -> Raw:
        body = {
            "width": picture.width,
            "height": picture.height,
            "alt": match.entry.title,
            "match": match.score,
            "source": self._origin.of(match.entry),
        }
        return Raw(body, {"image": picture.png})


def _read(listing: Listing, entry: Entry) -> bytes:
    path = listing.folder / entry.file
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _damaged(entry, str(error)) from error
    found = hashlib.sha256(data).hexdigest()
    if found != entry.sha256:
        raise _damaged(entry, f"sha256 {found}")
    return data


def _damaged(entry: Entry, found: str) -> EngineUnavailable:
    return EngineUnavailable(
        f"the picture {entry.file} of the library is not what was listed",
        expected=f"sha256 {entry.sha256}",
        found=found,
        remedy="With a folder of your own, start the build again; a fetched library is fetched "
        "again once its folder below `libraries` of the cache is deleted",
    )


def _no_other(shown: int, unfit: int) -> Failure:
    said = f"no other picture of this: {shown} of the library are shown already"
    return Failure(FailureKind.RENDER, said + (f", {unfit} are unfit to be seen" if unfit else ""))


def _nothing(matches: Sequence[Match], floor: float) -> Failure:
    if not matches:
        return Failure(FailureKind.RENDER, "no picture of this: the caption has no word to find")
    title, score = matches[0].entry.title[:_SHOWN_TITLE], matches[0].score
    said = f"no picture of this: best match {title!r} at {score:.2f}, below {floor:.2f}"
    return Failure(FailureKind.RENDER, said)
