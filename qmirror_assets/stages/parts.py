"""What a stage fingerprint is made of, flat and by name, and the difference of two in words."""

from __future__ import annotations

from collections.abc import Mapping

from qmirror_assets.records import Json

CODE, KIND, RANDOM_SEED = "code", "kind", "random_seed"
PROMPT, SETTING, LOOP = "prompt ", "setting ", "loop "
_LONGEST = 60  # characters of a value in a sentence


def parts_of(identity: Mapping[str, Json]) -> dict[str, Json]:
    """The flat parts of a node's identity: `prompt label_user.j2` -> digest, `setting x` -> value.

    Args:
        identity: What the stage fingerprint was computed from: `kind`, `code`, and where there
            are any `with` (settings and prompt digests), `loop` and `random_seed`.
    """
    settings = dict(identity.get("with") or {})
    prompts = settings.pop("prompts", None)
    return {
        KIND: identity["kind"],
        CODE: identity["code"],
        **_prompts(prompts, settings),
        **{SETTING + name: value for name, value in _flat(settings)},
        **{LOOP + name: value for name, value in _flat(identity.get("loop") or {})},
        **({RANDOM_SEED: identity[RANDOM_SEED]} if RANDOM_SEED in identity else {}),
    }


def _prompts(digests: Json, settings: Mapping[str, Json]) -> dict[str, Json]:
    if isinstance(digests, Mapping):
        return {PROMPT + name: digest for name, digest in digests.items()}
    messages = settings.get("messages") or []
    return {
        PROMPT + message["prompt"]: digest
        for message, digest in zip(messages, digests or [], strict=True)
    }


def _flat(value: Mapping[str, Json], before: str = "") -> list[tuple[str, Json]]:
    found: list[tuple[str, Json]] = []
    for name, item in value.items():
        if isinstance(item, Mapping) and item:
            found += _flat(item, f"{before}{name}.")
        else:
            found.append((before + name, item))
    return found


def differences(old: Mapping[str, Json], new: Mapping[str, Json], stage: str) -> tuple[str, ...]:
    """Sentences such as `prompt write.j2 of stage draft changed`, one for each part that differs.

    Args:
        old: Parts as `parts_of` gave them, read back from JSON.
        new: Parts as they are now.
        stage: Name to use in the sentences.
    """
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        _sentence(name, old.get(name), new.get(name), stage)
        for name in names
        if _plain(old.get(name)) != _plain(new.get(name))
    )


def _sentence(name: str, old: Json, new: Json, stage: str) -> str:
    if name == CODE:
        return f"code of stage {stage} changed"
    if name.startswith(PROMPT):
        verb = "added" if old is None else "left out" if new is None else "changed"
        return f"{name} of stage {stage} {verb}"
    name = {KIND: "kind of step", LOOP + "accept": "accept rule"}.get(name, name)
    return f"{name} of stage {stage} changed from {_shown(old)} to {_shown(new)}"


def _plain(value: Json) -> Json:
    """As JSON reads back: tuples are lists, 80 is 80.0."""
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _shown(value: Json) -> str:
    if isinstance(value, list | tuple):
        text = ", ".join(map(_shown, value)) or "none"
    elif isinstance(value, Mapping):
        text = _condition(value)
    elif isinstance(value, float):
        text = f"{value:g}"
    else:
        text = "none" if value is None or value == "" else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _condition(value: Mapping[str, Json]) -> str:
    """A mapping in few words; a condition reads as a sentence: `score at least 80`."""
    words = [str(value["column"])] if "column" in value else []
    for name, item in value.items():
        if name != "column":
            words.append(f"{name.replace('_', ' ')} {_shown(item)}")
    return " ".join(words)
