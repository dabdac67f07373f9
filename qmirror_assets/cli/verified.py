"""The `--verify` option of `qmirror build`."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qmirror_assets.cli.options import safe, say
from qmirror_assets.errors import UsageError

if TYPE_CHECKING:
    from qmirror_assets.summary import BuildResult
    from qmirror_assets.verifying import Verified

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Verification:
    """What share of the cached actions is asked again."""

    share: float
    random_seed: int
    strict: bool

    @classmethod
    def of(cls, text: str | None, random_seed: int | None, *, strict: bool) -> Verification | None:
        """What the options ask for; None without --verify.

        Raises:
            UsageError: a bad share, or options that need --verify without it.
        """
        if text is None:
            if strict or random_seed is not None:
                raise UsageError("--verify-strict and --verify-seed need --verify, such as 2%")
            return None
        from qmirror_assets.verifying import parse_share  # noqa: PLC0415

        drawn = random.SystemRandom().randrange(10**6) if random_seed is None else random_seed
        return cls(parse_share(text), drawn, strict)

    def run(self, result: BuildResult, project: str | None, data: str | None) -> Verified:
        """Ask the sample again."""
        from qmirror_assets.api import opened  # noqa: PLC0415
        from qmirror_assets.verifying import verify  # noqa: PLC0415

        with opened(project, data) as workspace:
            dataset = workspace.dataset(result.dataset)
            return verify(dataset, list(result.domains), self.share, self.random_seed)

    def finish(self, found: Verified, *, quiet: bool) -> int:
        """Say what came out and give the exit code."""
        if not quiet:
            print_verified(found)
        return int(self.strict and not found.equal)


def print_verified(found: Verified) -> None:
    """Counts, the rate a engine, and what differs."""
    say()
    asked = found.counts.total()
    say(f"verified {asked} of {found.actions} actions ({found.share:.1%}, "
        f"random_seed {found.random_seed})")  # fmt: skip
    for engine, counts in sorted(found.engines.items()):
        compared = counts["equal"] + counts["different"]
        rate = counts["different"] / compared if compared else 0.0
        numbers = ", ".join(f"{word} {n}" for word, n in sorted(counts.items()))
        say(f"  {engine}: {numbers}; {rate:.1%} differ")
    for item in found.differences[:_SHOWN]:
        say(f"  {item.action_key}  {item.domain} {item.node} {item.sample_id}: {safe(item.what)}")
    if len(found.differences) > _SHOWN:
        say(f"  ... and {len(found.differences) - _SHOWN} more (--json lists all)")
