"""The closed figure spec: plain JSON, nine kinds, unknown keys refused, every size capped.

A spec is written by a model or by a seed file, so it is hostile until parsed. Nothing in it is
ever run, looked up or fetched: texts are drawn as literal characters and numbers only place
marks. A `Labelled` with an empty value is drawn as its label (or symbol) alone; a chart point
or timeline mark with an empty text is left out, because its place would tell the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from qmirror_assets.errors import FigureError
from qmirror_assets.figures.catalogue import TEMPLATES, Icon, Template
from qmirror_assets.figures.genotype import read_genotype
from qmirror_assets.figures.graph import check_tree
from qmirror_assets.figures.literal import (
    Named48,
    Text8,
    Text24,
    Text40,
    Text48,
    Text60,
    Text80,
)

SPEC_VERSION = 1
_LARGEST = 1e30
_MAX_DEPTH = 6
_MAX_NODES = 2000
_TABLE_CHARACTERS = 2400  # more would be a page of text, and slow to draw

Number = Annotated[float, Field(strict=True, ge=-_LARGEST, le=_LARGEST)]
Flag = Annotated[bool, Field(strict=True)]
NodeIndex = Annotated[int, Field(strict=True, ge=0, le=13)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Labelled(_Part):
    """A quantity on a drawing: what it is, its symbol, and its value as the seed writes it."""

    label: Text48 = ""
    value: Text40 = ""
    symbol: Text8 = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.label or self.symbol or self.value):
            raise ValueError("label, symbol and value are all empty")
        return self


class Meter(Labelled):
    """A meter in a circuit, with what it measures."""

    meter: Literal["ammeter", "voltmeter"]


class Point(_Part):
    """One point of a chart; `x` is its index where it is not given."""

    label: Text40
    y: Number
    text: Text40
    x: Number | None = None


class Mark(_Part):
    """One mark of a timeline."""

    label: Text48
    at: Number
    text: Text40


def _integer(value: object) -> object:
    # Literal[1] alone would take True.
    if type(value) is not int:
        raise ValueError("version is a whole number")
    return value


class _Spec(_Part):
    version: Annotated[Literal[1], BeforeValidator(_integer)]
    title: Text80 = ""


class Chart(_Spec):
    """Values of one unit, printed at their points."""

    kind: Literal["chart"]
    style: Literal["bar", "line", "scatter"]
    x_label: Text48
    y_label: Text48
    points: Annotated[tuple[Point, ...], Field(min_length=1, max_length=24)]

    @model_validator(mode="after")
    def _shows_a_value(self) -> Self:
        _require_some(point.text for point in self.points)
        return self


class Table(_Spec):
    """Rows of cells under named columns."""

    kind: Literal["table"]
    columns: Annotated[tuple[Text40, ...], Field(min_length=1, max_length=6)]
    rows: Annotated[tuple[tuple[Text60, ...], ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"every row has {len(self.columns)} cells, one for each column")
        if sum(len(cell) for row in self.rows for cell in row) > _TABLE_CHARACTERS:
            raise ValueError(f"the cells hold more than {_TABLE_CHARACTERS} characters in all")
        return self


class Timeline(_Spec):
    """Marks on a number line or a time line."""

    kind: Literal["timeline"]
    unit: Text24
    marks: Annotated[tuple[Mark, ...], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _shows_a_mark(self) -> Self:
        _require_some(mark.text for mark in self.marks)
        return self


class Flow(_Spec):
    """Boxes joined by arrows."""

    kind: Literal["flow"]
    layout: Literal["chain", "cycle", "tree"]
    nodes: Annotated[tuple[Named48, ...], Field(min_length=2, max_length=14)]
    edges: Annotated[tuple[tuple[NodeIndex, NodeIndex], ...], Field(max_length=13)] = ()

    @model_validator(mode="after")
    def _edges_fit(self) -> Self:
        if self.layout != "tree" and self.edges:
            raise ValueError("only a tree has edges: a chain or cycle follows its nodes")
        if self.layout == "tree":
            check_tree(len(self.nodes), self.edges)
        return self


class Scene(_Spec):
    """A drawing of a known situation with labels in its slots."""

    kind: Literal["scene"]
    template: Template
    labels: Annotated[dict[str, Labelled], Field(min_length=1, max_length=8)]
    object: Text40 = ""
    icon: Icon | None = None

    @model_validator(mode="after")
    def _slots_fit(self) -> Self:
        slots = TEMPLATES[self.template]
        unknown = sorted(set(self.labels) - set(slots))
        if unknown:
            raise ValueError(f"unknown slot; {self.template} has {', '.join(slots)}")
        if self.template != "callouts":
            if self.object or self.icon:
                raise ValueError("only callouts name an object and an icon")
        elif not self.object:
            raise ValueError("callouts name the object that they point at")
        return self


class Circuit(_Spec):
    """Resistors in series or in parallel, with a source and meters."""

    kind: Literal["circuit"]
    topology: Literal["series", "parallel"]
    source: Labelled | None
    resistors: Annotated[tuple[Labelled, ...], Field(min_length=1, max_length=6)]
    meters: Annotated[tuple[Meter, ...], Field(max_length=4)] = ()


def _readable_smiles(smiles: str) -> str:
    # Imported here: the chemistry library loads only when a molecule is drawn.
    from qmirror_assets.figures.chemistry import read_molecule  # noqa: PLC0415

    read_molecule(smiles)
    return smiles


_SMILES = StringConstraints(
    strict=True, min_length=1, max_length=120, pattern=r"^[A-Za-z0-9@+\-\[\]()=#$:/\\.%]+$"
)


class Molecule(_Spec):
    """A structural formula."""

    kind: Literal["molecule"]
    smiles: Annotated[str, _SMILES, AfterValidator(_readable_smiles)]
    name: Text60 = ""
    labels: Annotated[tuple[Labelled, ...], Field(max_length=4)] = ()


class RayDiagram(_Spec):
    """A lens or a mirror with an object; rays and image only where `draw_image`."""

    kind: Literal["ray_diagram"]
    element: Literal["converging_lens", "diverging_lens", "concave_mirror", "convex_mirror"]
    focal_length: Labelled | None = None
    object_distance: Labelled | None = None
    object_height: Labelled | None = None
    image_distance: Labelled | None = None
    draw_image: Flag = False


def _readable_genotype(text: str) -> str:
    read_genotype(text)
    return text


Genotype = Annotated[Text8, AfterValidator(_readable_genotype)]


class Punnett(_Spec):
    """A Punnett square of one or two genes."""

    kind: Literal["punnett"]
    parent1: Genotype
    parent2: Genotype
    show_offspring: Flag = False
    trait: Text60 = ""

    @model_validator(mode="after")
    def _same_genes(self) -> Self:
        first, second = read_genotype(self.parent1), read_genotype(self.parent2)
        if len(first) != len(second):
            raise ValueError("both parents have the same number of genes")
        return self


FigureSpec = Chart | Table | Timeline | Flow | Scene | Circuit | Molecule | RayDiagram | Punnett
_ADAPTER: TypeAdapter[FigureSpec] = TypeAdapter(Annotated[FigureSpec, Field(discriminator="kind")])


def parse_spec(data: object) -> FigureSpec:
    """Check `data` (decoded JSON) and return the spec it holds.

    Raises:
        FigureError: anything the spec does not allow, naming the first place and the reason.
    """
    _refuse_bulk(data)
    try:
        return _ADAPTER.validate_python(data)
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"]) or "spec"
        raise FigureError(
            f"The figure spec is refused at {place}",
            found=str(first["msg"])[:200],
            remedy="Write it as the figure schema asks",
        ) from error


def spec_schema() -> dict[str, Any]:
    """The JSON schema of a spec, for prompts and structured output."""
    return _ADAPTER.json_schema()


def _require_some(texts: Any) -> None:
    if not any(texts):
        raise ValueError("every text is empty, so nothing would be drawn")


def _refuse_bulk(data: object) -> None:
    """Stop depth and size before anything recursive sees them."""
    if not isinstance(data, Mapping):
        raise FigureError("A figure spec is a JSON object", found=type(data).__name__)
    level: list[object] = [data]
    seen = 0
    for _ in range(_MAX_DEPTH):
        seen += len(level)
        if seen > _MAX_NODES:
            raise FigureError("The figure spec is too large", expected=f"{_MAX_NODES} values")
        level = [child for value in level for child in _children(value)]
        if not level:
            return
    raise FigureError("The figure spec is nested too deep", expected=f"{_MAX_DEPTH} levels")


def _children(value: object) -> list[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()][:_MAX_NODES]
    return list(value)[:_MAX_NODES] if isinstance(value, list | tuple) else []
