"""SynJudge: four scores of a turn, by whatever plays the role `judge` in the profile.

A model that sees the picture is asked with the rubric and must reply by a schema. An engine that
only measures gives numbers, and the rules of `synjudge.programmatic` score what they can. The
null rules and the cap on redundant pairs hold for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from qmirror_assets.engines.base import Raw, Request, Role
from qmirror_assets.engines.reply import ReplyError, read_json
from qmirror_assets.records import Column, Json, Reason, Rejection, Row
from qmirror_assets.stages.base import At, StepConfig, StepRun
from qmirror_assets.synjudge.dimensions import ANCHORS, HIGHEST, LOWEST, NAMES, Dimension
from qmirror_assets.synjudge.meaning import likeness, meaning_identity
from qmirror_assets.synjudge.measures import Measures
from qmirror_assets.synjudge.programmatic import judge
from qmirror_assets.synjudge.reply import ScoreReplyError, read_reply, reply_schema
from qmirror_assets.synjudge.rules import apply_rules
from qmirror_assets.synjudge.signals import Signal, Signals, picture_signals, text_signals
from qmirror_assets.synjudge.subject import Subject, subject_of
from qmirror_assets.synjudge.thresholds import Thresholds
from qmirror_assets.synjudge.verdict import State, Verdict, abstained
from qmirror_assets.templates import Prompts

Share = Annotated[float, Field(ge=0, le=1)]
_DEFAULT = Thresholds()
_NOT_ASKED = "without a picture the judge is not asked"


class SynJudge:
    """At most one request; a reply that cannot be read is a rejection, never a score."""

    kind: ClassVar[str] = "syn_judge"
    code: ClassVar[int] = 2
    calls: ClassVar[tuple[int, int]] = (0, 1)
    keeps: ClassVar[bool] = True
    roles: ClassVar[tuple[Role, ...]] = (Role.JUDGE,)

    class Config(StepConfig):
        """Columns, prompts and limits of the judge. An optional column may be "" (not there)."""

        question: str = "question"
        answer: str = "answer"
        image: str = "image"
        caption: str = Field(default="caption", description="Never shown to the judge.")
        picture: str = Field(default="picture", description="JSON: the source's own record.")
        drawn: str = Field(default="drawn", description="JSON: texts of a drawn figure.")
        system: str = "judge_system.j2"
        user: str = "judge_user.j2"
        max_tokens: Annotated[int, Field(ge=64, le=32_768)] = 700
        floor: Annotated[int, Field(ge=LOWEST, le=HIGHEST)] = Field(
            default=3,
            description="`syn_passed`: nothing scored is below it; `syn_faults`: what is.",
        )
        least_shown: Share = _DEFAULT.least_shown
        least_related: Share = _DEFAULT.least_related
        most_copied: Share = _DEFAULT.most_copied
        least_sharp: Share = _DEFAULT.least_sharp
        least_sharp_figure: Share = _DEFAULT.least_sharp_figure
        least_read: Share = _DEFAULT.least_read

        @property
        def limits(self) -> Thresholds:
            """The limits of the programmatic judge."""
            return Thresholds(
                self.least_shown, self.least_related, self.most_copied, self.least_sharp,
                self.least_sharp_figure, self.least_read,
            )  # fmt: skip

    def __init__(self, config: Config, prompts: Prompts) -> None:
        self._config, self._prompts = config, prompts
        optional = (config.caption, config.picture, config.drawn)
        self.inputs = (config.question, config.answer, config.image, *filter(None, optional))
        self.outputs: Mapping[str, Column] = {
            **{name.value: Column.INT for name in Dimension},
            "syn_score": Column.FLOAT,
            "syn_states": Column.JSON,
            "syn_reasons": Column.JSON,
            "syn_signals": Column.JSON,
            "syn_abstained": Column.INT,
            "suggestion": Column.STR,
            "syn_passed": Column.BOOL,
            "syn_faults": Column.JSON,
        }
        self.fingerprint: Mapping[str, Json] = {
            **config.model_dump(mode="json"),
            "prompts": {name: prompts.digest(name) for name in (config.system, config.user)},
            "meaning": meaning_identity(),
        }

    def run(self, row: Row, at: At) -> StepRun:
        """Ask if there is a picture, read what comes back, apply the rules of code."""
        subject = self._subject(row)
        signals = dict(text_signals(subject))
        if not subject.has_picture:
            verdict = Verdict(dict.fromkeys(Dimension, abstained(_NOT_ASKED)))
            return self._columns(verdict, subject, signals)
        raw = yield Request(Role.JUDGE, self._body(subject), (row[self._config.image],))
        try:
            verdict = self._read(raw, subject, signals)
        except (ReplyError, ScoreReplyError) as error:
            return Rejection(Reason.UNPARSABLE, f"the judge's reply cannot be read: {error}")
        return self._columns(verdict, subject, signals)

    def _subject(self, row: Row) -> Subject:
        config = self._config
        names = (config.question, config.answer, config.caption, config.image)
        more = (config.picture, config.drawn)
        return subject_of(*(row.get(name) if name else None for name in (*names, *more)))

    def _body(self, subject: Subject) -> dict[str, Json]:
        rubric = {
            "names": {name.value: said for name, said in NAMES.items()},
            "anchors": {name.value: list(said) for name, said in ANCHORS.items()},
            "lowest": LOWEST,
            "highest": HIGHEST,
        }
        turn = {"question": subject.question, "answer": subject.answer}
        return {
            "messages": [
                {"role": "system", "content": self._prompts.render(self._config.system, **rubric)},
                {"role": "user", "content": self._prompts.render(self._config.user, **turn)},
            ],
            "schema": reply_schema(),
            "temperature": 0.0,
            "max_tokens": self._config.max_tokens,
        }

    def _read(self, raw: Raw, subject: Subject, signals: dict[Signal, float | None]) -> Verdict:
        if "measures" not in raw.body:
            return read_reply(read_json(str(raw.body["text"])))
        measures = Measures.of(raw.body["measures"])
        signals |= picture_signals(subject, measures, likeness)
        return judge(subject, measures, signals, likeness, self._config.limits)

    def _columns(self, said: Verdict, subject: Subject, signals: Signals) -> dict[str, Json]:
        verdict = apply_rules(
            said,
            has_text=subject.has_text,
            has_picture=subject.has_picture,
            copied=signals.get(Signal.COPIED) or 0.0,
            most_copied=self._config.most_copied,
        )
        scores = {name.value: score for name, score in verdict.scores.items()}
        return {
            **{name: score.value for name, score in scores.items()},
            "syn_score": verdict.mean,
            "syn_states": {name: score.state.value for name, score in scores.items()},
            "syn_reasons": {name: score.reason for name, score in scores.items()},
            "syn_signals": {name.value: value for name, value in signals.items()},
            "syn_abstained": verdict.count(State.ABSTAINED),
            "suggestion": verdict.suggestion,
            "syn_passed": verdict.passes(self._config.floor),
            "syn_faults": [
                f"{name} {score.value}: {score.reason}"
                for name, score in scores.items()
                if score.value is not None and score.value < self._config.floor
            ],
        }
