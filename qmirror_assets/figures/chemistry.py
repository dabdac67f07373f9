"""Reading and drawing a structural formula with RDKit. Imported only for molecules."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageChops
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D
from rdkit.rdBase import BlockLogs

_MAX_ATOMS = 60
_MAX_RINGS = 12


@dataclass(frozen=True, slots=True)
class Formula:
    """A drawn formula: PNG bytes, pixels, and the element symbols that stand in it."""

    png: bytes
    width: int
    height: int
    symbols: tuple[str, ...]


def read_molecule(smiles: str) -> Chem.Mol:
    """The molecule that `smiles` writes.

    Raises:
        ValueError: not SMILES, impossible valences, or a molecule too large to be read.
    """
    with BlockLogs():
        rough = Chem.MolFromSmiles(smiles, sanitize=False)
        if rough is None:
            raise ValueError("the SMILES cannot be read")
        _refuse_large(rough)
        molecule = Chem.MolFromSmiles(smiles)
    if molecule is None:
        raise ValueError("the SMILES has an impossible valence or ring")
    return molecule


def _refuse_large(rough: Chem.Mol) -> None:
    # Before sanitizing: ring search over a dense graph is where the time would go.
    atoms, bonds = rough.GetNumAtoms(), rough.GetNumBonds()
    if not 1 <= atoms <= _MAX_ATOMS:
        raise ValueError(f"a molecule has 1 to {_MAX_ATOMS} atoms, found {atoms}")
    rings = bonds - atoms + len(Chem.GetMolFrags(rough))
    if rings > _MAX_RINGS:
        raise ValueError(f"a molecule has at most {_MAX_RINGS} rings, found {rings}")


def draw_formula(smiles: str, width: int, height: int) -> Formula:
    """Draw `smiles` within `width` x `height` pixels, cut to its content."""
    molecule = read_molecule(smiles)
    drawer = rdMolDraw2D.MolDraw2DCairo(width, height)
    # The stubs declare every option as a MolDrawOptions.
    options: Any = drawer.drawOptions()
    options.fixedBondLength = 46
    options.minFontSize = 14
    options.maxFontSize = 24
    options.bondLineWidth = 2
    options.padding = 0.04
    rdMolDraw2D.PrepareAndDrawMolecule(drawer, molecule)
    drawer.FinishDrawing()
    with Image.open(io.BytesIO(drawer.GetDrawingText())) as page:
        part = _cut(page.convert("RGB"))
    out = io.BytesIO()
    part.save(out, format="PNG")
    symbols = tuple(a.GetSymbol() for a in molecule.GetAtoms() if a.GetSymbol() != "C")
    return Formula(out.getvalue(), part.width, part.height, symbols)


def _cut(page: Image.Image) -> Image.Image:
    blank = Image.new("RGB", page.size, "white")
    return page.crop(ImageChops.difference(page, blank).getbbox() or (0, 0, 1, 1))
