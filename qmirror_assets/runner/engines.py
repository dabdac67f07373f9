"""The engines of a profile: identities without starting anything, engines on first use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qmirror_assets.engines.base import Engine, Role
from qmirror_assets.errors import RecipeError
from qmirror_assets.profile import Price, Profile

Identity = Mapping[str, str]


class Engines:
    """Engines by role, built lazily and shared by all stages of a run."""

    def __init__(
        self,
        profile: Profile,
        build: Callable[[Mapping[str, Any]], Engine],
        identify: Callable[[Mapping[str, Any]], Identity],
    ) -> None:
        self.profile = profile
        self._build, self._identify = build, identify
        self._engines: dict[Role, Engine] = {}
        self._identities: dict[Role, Identity] = {}

    def _config(self, role: Role) -> Mapping[str, Any]:
        configs = self.profile.spec.engines
        # a judge or vision engine that is not named is not silently another one
        if role.value not in configs:
            raise RecipeError(
                f"profile {self.profile.name!r} has no engine for role {role.value!r}",
                expected=f"one of {', '.join(sorted(configs))}",
                remedy=f"Add `{role.value}: {{kind: ...}}` under `engines` of the profile",
            )
        return configs[role.value]

    def identity(self, role: Role) -> Identity:
        """What decides the answers of the role's engine; starts nothing."""
        known = self._identities.get(role)
        if known is None:
            known = self._identities[role] = dict(self._identify(self._config(role)))
        return known

    def get(self, role: Role) -> Engine:
        """The role's engine, started on first use."""
        known = self._engines.get(role)
        if known is None:
            known = self._engines[role] = self._build(self._config(role))
        return known

    def price(self, role: Role) -> Price | None:
        """The price of the role's tokens, if the profile names one."""
        return self.profile.spec.prices.get(role.value)

    async def close(self) -> None:
        """Close every engine that was started."""
        engines, self._engines = list(self._engines.values()), {}
        for engine in engines:
            await engine.close()
