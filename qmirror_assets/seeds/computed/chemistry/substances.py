"""Compounds with their formulas and structures; masses come from the table of elements."""

from __future__ import annotations

from functools import cache

MOLECULES = (
    ("C6H12O6", "OCC1OC(O)C(O)C(O)C1O"),
    ("C12H22O11", "OCC1OC(OC2(CO)OC(CO)C(O)C2O)C(O)C(O)C1O"),
    ("C2H6O", "CCO"),
    ("C3H8O", "CC(C)O"),
    ("C3H8O3", "OCC(O)CO"),
    ("C2H4O2", "CC(=O)O"),
    ("C3H6O", "CC(C)=O"),
    ("C6H6", "c1ccccc1"),
    ("C7H8", "Cc1ccccc1"),
    ("C8H8", "C=Cc1ccccc1"),
    ("C10H8", "c1ccc2ccccc2c1"),
    ("C6H6O", "Oc1ccccc1"),
    ("C6H7N", "Nc1ccccc1"),
    ("C7H6O2", "OC(=O)c1ccccc1"),
    ("C7H6O3", "OC(=O)c1ccccc1O"),
    ("C9H8O4", "CC(=O)Oc1ccccc1C(=O)O"),
    ("C8H9NO2", "CC(=O)Nc1ccc(O)cc1"),
    ("C13H18O2", "CC(C)Cc1ccc(cc1)C(C)C(=O)O"),
    ("C8H10N4O2", "Cn1cnc2c1c(=O)n(C)c(=O)n2C"),
    ("C10H14N2", "CN1CCCC1c1cccnc1"),
    ("C6H8O7", "OC(=O)CC(O)(CC(=O)O)C(=O)O"),
    ("C6H8O6", "OCC(O)C1OC(=O)C(O)=C1O"),
    ("C3H6O3", "CC(O)C(=O)O"),
    ("C4H6O6", "OC(=O)C(O)C(O)C(=O)O"),
    ("C2H5NO2", "NCC(=O)O"),
    ("C3H7NO2", "CC(N)C(=O)O"),
    ("C9H11NO2", "NC(Cc1ccccc1)C(=O)O"),
    ("CH4N2O", "NC(N)=O"),
    ("C4H10O", "CCOCC"),
    ("C4H8O2", "CCOC(C)=O"),
    ("C5H12", "CCCCC"),
    ("C6H14", "CCCCCC"),
    ("C8H18", "CC(C)CC(C)(C)C"),
    ("C6H12", "C1CCCCC1"),
    ("C10H16O", "CC1(C)C2CCC1(C)C(=O)C2"),
    ("C10H20O", "CC(C)C1CCC(C)CC1O"),
    ("C8H8O3", "COc1cc(C=O)ccc1O"),
    ("CHCl3", "ClC(Cl)Cl"),
    ("C5H5N", "c1ccncc1"),
    ("C10H16", "CC1=CCC(CC1)C(C)=C"),
)
"""Molecular formula and structure (SMILES) of common organic compounds."""

SALTS = (
    ("sodium chloride", "NaCl"), ("potassium chloride", "KCl"), ("sodium hydroxide", "NaOH"),
    ("potassium nitrate", "KNO3"), ("calcium chloride", "CaCl2"), ("copper sulfate", "CuSO4"),
    ("magnesium sulfate", "MgSO4"), ("sodium carbonate", "Na2CO3"), ("potassium bromide", "KBr"),
    ("sodium hydrogen carbonate", "NaHCO3"), ("ammonium chloride", "NH4Cl"),
    ("potassium iodide", "KI"), ("magnesium chloride", "MgCl2"), ("sodium nitrate", "NaNO3"),
    ("lithium chloride", "LiCl"), ("zinc sulfate", "ZnSO4"), ("sodium sulfate", "Na2SO4"),
    ("glucose", "C6H12O6"), ("sucrose", "C12H22O11"), ("urea", "CH4N2O"),
)  # fmt: skip
"""Name and formula of substances that dissolve well in water."""

SOLIDS = (
    ("calcium carbonate", "CaCO3"), ("iron(III) oxide", "Fe2O3"), ("copper(II) oxide", "CuO"),
    ("magnesium oxide", "MgO"), ("aluminium oxide", "Al2O3"), ("zinc oxide", "ZnO"),
    ("silver nitrate", "AgNO3"), ("barium sulfate", "BaSO4"), ("silicon dioxide", "SiO2"),
    ("titanium dioxide", "TiO2"), ("potassium permanganate", "KMnO4"),
    ("calcium hydroxide", "Ca(OH)2"), ("sulfur", "S"), ("iron", "Fe"), ("copper", "Cu"),
    ("zinc", "Zn"), ("aluminium", "Al"), ("magnesium", "Mg"), ("lead", "Pb"), ("gold", "Au"),
    ("silver", "Ag"), ("tin", "Sn"),
)  # fmt: skip
"""Name and formula of other solids."""

REACTIONS = (
    ("calcium carbonate", "CaCO3", "calcium oxide", "CaO", "CaCO3 → CaO + CO2"),
    ("magnesium carbonate", "MgCO3", "magnesium oxide", "MgO", "MgCO3 → MgO + CO2"),
    ("magnesium", "Mg", "magnesium oxide", "MgO", "2 Mg + O2 → 2 MgO"),
    ("copper", "Cu", "copper(II) oxide", "CuO", "2 Cu + O2 → 2 CuO"),
    ("zinc", "Zn", "zinc chloride", "ZnCl2", "Zn + 2 HCl → ZnCl2 + H2"),
    ("iron", "Fe", "iron(II) sulfide", "FeS", "Fe + S → FeS"),
    ("sulfur", "S", "sulfur dioxide", "SO2", "S + O2 → SO2"),
    ("carbon", "C", "carbon dioxide", "CO2", "C + O2 → CO2"),
    ("methane", "CH4", "carbon dioxide", "CO2", "CH4 + 2 O2 → CO2 + 2 H2O"),
    ("sodium", "Na", "sodium chloride", "NaCl", "2 Na + Cl2 → 2 NaCl"),
    ("silver nitrate", "AgNO3", "silver chloride", "AgCl", "AgNO3 + NaCl → AgCl + NaNO3"),
    ("barium chloride", "BaCl2", "barium sulfate", "BaSO4", "BaCl2 + Na2SO4 → BaSO4 + 2 NaCl"),
    ("calcium oxide", "CaO", "calcium hydroxide", "Ca(OH)2", "CaO + H2O → Ca(OH)2"),
    ("copper(II) oxide", "CuO", "copper sulfate", "CuSO4", "CuO + H2SO4 → CuSO4 + H2O"),
)
"""Reactant, product and equation; each mole of the reactant gives one mole of the product."""


@cache
def molar_mass(formula: str) -> float:
    """Molar mass in g/mol of a formula of the tables above."""
    import periodictable  # noqa: PLC0415 heavy

    return float(periodictable.formula(formula).mass)


def molar_mass_text(formula: str) -> str:
    """Molar mass as questions state it, with two decimal places: "58.44"."""
    return f"{molar_mass(formula):.2f}"


def read_molecule(formula: str) -> float:
    """Molar mass in g/mol of one of `MOLECULES`; raises ValueError for another text."""
    if formula not in _KNOWN:  # a seed file may hold any text: parse none but our own
        message = f"not a known molecular formula: {formula[:40]!r}"
        raise ValueError(message)
    return molar_mass(formula)


_KNOWN = frozenset(formula for formula, _ in MOLECULES)
