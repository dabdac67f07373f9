"""Recipe -> graph. Column names are checked here, so a typing error is found before any call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from qmirror_assets.borders import nearest
from qmirror_assets.conditions import Condition, as_json, columns_of
from qmirror_assets.errors import RecipeError
from qmirror_assets.fingerprint import fingerprint
from qmirror_assets.recipe import Recipe
from qmirror_assets.records import Column, Json
from qmirror_assets.stage_specs import (
    AssembleStage,
    DedupStage,
    FilterStage,
    MapStage,
    RefineStage,
    Stage,
    TurnsStage,
)
from qmirror_assets.stages.base import AnyStep
from qmirror_assets.stages.graph import INTAKE, Graph, Node, NodeKind
from qmirror_assets.stages.loop import JUDGED_COLUMNS, LOOP_COLUMNS, LoopEnd
from qmirror_assets.stages.registry import build_step
from qmirror_assets.stages.simple import AssembleStep, FilterStep, source_columns
from qmirror_assets.stages.turns import ENDED, DrawTurns, EndTurn
from qmirror_assets.store.tables import SYSTEM
from qmirror_assets.templates import Prompts

SEED_COLUMNS: Mapping[str, Column] = {
    "domain": Column.STR,
    "question": Column.STR,
    "answer": Column.STR,
    "givens": Column.JSON,
    "choices": Column.JSON,
    "input_images": Column.JSON,
    "seed_id": Column.STR,
    "language": Column.STR,
    "licence": Column.STR,
    "source": Column.STR,
    "family": Column.STR,
    "figure": Column.JSON,
    "extra": Column.JSON,
}
"""Columns of the intake table, after the system columns."""
_JUDGED: Json = {"kind": "judged", "code": 2}
_SHORTENING = 2  # 2: a failed action is none of a row that goes on without the turn
_COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")


def compile_recipe(recipe: Recipe) -> Graph:
    """Compile a recipe into its nodes.

    Raises:
        RecipeError: unknown step, setting, column or missing prompt.
    """
    return _Compiler(recipe).run()


class _Compiler:
    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._prompts = Prompts(recipe.folder / "prompts")
        self._nodes: list[Node] = []
        self._columns: dict[str, Column] = dict(SEED_COLUMNS)
        self._last = INTAKE
        self._turn = 0
        self._when: tuple[Condition, ...] = ()
        self._shortens = ""

    def run(self) -> Graph:
        for stage in self._recipe.spec.stages:
            self._stage(stage)
        return Graph.of(self._recipe, tuple(self._nodes))

    def _stage(self, stage: Stage) -> None:
        if isinstance(stage, RefineStage):
            self._refine(stage)
        elif isinstance(stage, TurnsStage):
            self._turns(stage)
        elif isinstance(stage, DedupStage):
            self._dedup(stage)
        elif isinstance(stage, MapStage):
            step = build_step(stage.uses, stage.with_, self._prompts, f"stage {stage.name}")
            self._rows(self._placed(stage.name), stage.name, step, stage.description)
        elif isinstance(stage, FilterStage):
            self._rows(self._placed(stage.name), stage.name, FilterStep(stage), stage.description)
        else:
            self._assemble(stage)

    def _placed(self, name: str) -> str:
        return f"turn_{self._turn}/{name}" if self._turn else name

    def _turns(self, stage: TurnsStage) -> None:
        """The stages of a dialogue once a turn; a sample passes by the turns it does not have."""
        self._rows(stage.name, stage.name, DrawTurns(stage), "How many turns each sample has.")
        for turn in range(1, len(stage.shares) + 1):
            self._turn = turn
            self._when = (Condition(column=stage.name, at_least=turn),) if turn > 1 else ()
            self._shortens = stage.name if turn > 1 and stage.on_reject == "end" else ""
            for inner in stage.stages:
                self._stage(inner)
            end = EndTurn(stage)
            self._rows(self._placed("end"), stage.name, end, f"Turn {turn} joins the dialogue.")
        self._turn, self._when, self._shortens = 0, (), ""

    def _rows(
        self,
        name: str,
        stage: str,
        step: AnyStep,
        description: str,
        *,
        round_: int = 0,
        last: bool = False,
        loop_end: LoopEnd | None = None,
        loop_columns: Sequence[str] = (),
        final: bool = False,
    ) -> None:
        self._check_columns(step.inputs, f"stage {name}", also=loop_columns)
        columns = dict(step.outputs) if final else {**self._columns, **step.outputs}
        _check_names(step.outputs, columns, f"stage {name}", loop_names_are_free=final)
        identity: Json = {"kind": step.kind, "code": step.code, "with": dict(step.fingerprint)}
        if getattr(step, "sampled", False):  # its requests hold numbers derived from it
            identity["random_seed"] = self._recipe.spec.random_seed
        if self._when:
            identity["when"] = as_json(self._when)
        shortens = self._shortens if round_ <= 1 else ""  # later rounds have an earlier one
        if shortens:
            identity["shortens"] = [shortens, _SHORTENING]
        if last and getattr(step, "reads_last", False):
            identity["last"] = True
        if loop_end is not None:
            columns |= LOOP_COLUMNS
            identity["loop"] = loop_end.fingerprint()
        loop_new = (*(LOOP_COLUMNS if loop_end else ()), *((shortens, ENDED) if shortens else ()))
        self._add(
            Node(
                name=name, kind=NodeKind.ROWS, stage=stage, inputs=(self._last,), columns=columns,
                fingerprint=fingerprint("stage", identity), step=step, roles=tuple(step.roles),
                description=description or f"Step {step.kind!r} over each row.", round=round_,
                turn=self._turn, last=last, when=self._when, shortens=shortens,
                active_only=round_ > 1 and "loop_state" in self._columns, loop_end=loop_end,
                final=final, new_columns=(*step.outputs, *loop_new), uses=step.kind,
                identity=identity,
            )
        )  # fmt: skip

    def _refine(self, stage: RefineStage) -> None:
        before, ends, start = dict(self._columns), [], len(self._nodes)
        steps = [
            (s.name, build_step(s.uses, s.with_, self._prompts, f"stage {stage.name}.{s.name}"))
            for s in stage.steps
        ]
        made = tuple(dict.fromkeys(c for _, step in steps for c in step.outputs))
        known = {**before, **{c: k for _, step in steps for c, k in step.outputs.items()}}
        self._check_loop_columns(stage, known)
        for round_ in range(1, stage.passes + 1):
            last = round_ == stage.passes
            for index, (name, step) in enumerate(steps):
                end = None
                if index == len(steps) - 1:
                    end = LoopEnd(
                        round_, last, stage.accept, stage.no_suggestion,
                        stage.rank_by, stage.patience, made, stage.no_gain, stage.ties == "last",
                    )  # fmt: skip
                self._rows(
                    self._placed(f"{stage.name}/round_{round_}/{name}"), stage.name, step,
                    f"Round {round_}: {name}. {stage.description}".strip(),
                    round_=round_, last=last, loop_end=end, loop_columns=made,
                )  # fmt: skip
            ends.append(self._last)
        everything = [node.name for node in self._nodes[start:]]
        self._judged(stage, before, made, known, ends, everything)

    def _judged(
        self,
        stage: RefineStage,
        before: dict[str, Column],
        made: tuple[str, ...],
        known: Mapping[str, Column],
        ends: list[str],
        everything: list[str],
    ) -> None:
        columns = {**before, **{c: known[c] for c in made}, **JUDGED_COLUMNS}
        settings: Json = {"made": list(made), "ends": ends}
        if stage.record:
            columns[stage.record], settings["record"] = Column.JSON, stage.record
        identity = _JUDGED | ({"with": {"record": stage.record}} if stage.record else {})
        self._add(
            Node(
                name=self._placed(f"{stage.name}/judged"), kind=NodeKind.JUDGED, stage=stage.name,
                turn=self._turn,
                # every step of every round: why a row failed in a round is read from its rejections
                inputs=tuple(everything), columns=columns,
                fingerprint=fingerprint("stage", identity), identity=identity,
                settings=settings,
                description=f"All rounds of {stage.name} joined: the best round of every row.",
                new_columns=(*made, *JUDGED_COLUMNS, *([stage.record] if stage.record else [])),
                uses="judged",
            )
        )  # fmt: skip

    def _dedup(self, stage: DedupStage) -> None:
        quotas = [q.column for q in stage.quotas]
        self._check_columns((*stage.columns, *quotas), f"stage {stage.name}")
        settings = stage.model_dump(mode="json", exclude={"name", "description", "kind"})
        identity: Json = {"kind": "dedup", "code": 2, "with": settings}
        self._add(
            Node(
                name=stage.name, kind=NodeKind.DEDUP, stage=stage.name, inputs=(self._last,),
                columns=dict(self._columns), settings=settings,
                fingerprint=fingerprint("stage", identity), identity=identity,
                description=stage.description or "Near-duplicates and quotas inside a domain.",
                uses="dedup",
            )
        )  # fmt: skip

    def _assemble(self, stage: AssembleStage) -> None:
        self._check_columns(source_columns(stage), f"stage {stage.name}")
        if stage.image and stage.image not in stage.columns:
            raise RecipeError(
                f"stage {stage.name}: image column {stage.image!r} is not one of its columns",
                remedy=nearest(stage.image, list(stage.columns)),
            )
        step = AssembleStep(stage, self._columns)
        self._rows(stage.name, stage.name, step, stage.description, final=True)

    def _add(self, node: Node) -> None:
        self._nodes.append(node)
        self._columns, self._last = dict(node.columns), node.name

    def _check_columns(self, names: Sequence[str], what: str, also: Sequence[str] = ()) -> None:
        known = {*self._columns, *also}
        for name in names:
            if name not in known:
                raise RecipeError(
                    f"{what}: no column {name!r} at this point",
                    expected=f"one of {', '.join(sorted(known))}",
                    remedy=nearest(name, sorted(known)),
                )

    def _check_loop_columns(self, stage: RefineStage, known: Mapping[str, Column]) -> None:
        conditions = (*stage.accept, *stage.no_suggestion, *stage.no_gain)
        used = [*columns_of(conditions), *stage.rank_by]
        for name in used:
            if name not in known:
                raise RecipeError(
                    f"stage {stage.name}: no column {name!r} to decide by",
                    remedy=nearest(name, sorted(known)),
                )
        for name in stage.rank_by:
            if known[name] not in (Column.INT, Column.FLOAT, Column.BOOL):
                raise RecipeError(
                    f"stage {stage.name}: rank_by column {name!r} is not numeric",
                    expected="int, float or bool",
                    found=known[name].value,
                )


def _check_names(
    made: Mapping[str, Column],
    columns: Mapping[str, Column],
    what: str,
    *,
    loop_names_are_free: bool,
) -> None:
    """Column names become names in Parquet and SQL, next to the system's own."""
    taken = {*SYSTEM, *(() if loop_names_are_free else (*LOOP_COLUMNS, *JUDGED_COLUMNS))}
    for name in made:
        if name in taken:
            raise RecipeError(
                f"{what}: column name {name!r} is one of the system's own",
                remedy=f"Choose another name than {', '.join(sorted(taken))}",
            )
        if not _COLUMN_NAME.match(name):
            raise RecipeError(
                f"{what}: bad column name",
                expected="a letter, then up to 63 letters, digits or underscores",
                found=repr(name[:80]),
            )
        twins = [other for other in columns if other != name and other.lower() == name.lower()]
        if twins:  # SQL engines do not tell them apart
            raise RecipeError(f"{what}: columns {name!r} and {twins[0]!r} differ only in case")
