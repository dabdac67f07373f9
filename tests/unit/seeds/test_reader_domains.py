from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qmirror_assets.errors import KeyParseError
from qmirror_assets.seeds.domains import slugify_domain


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Physics", "physics"),
        ("  Earth  Science ", "earth-science"),
        ("Mathematics (in science)", "mathematics-in-science"),
        ("R&D_2", "r-d-2"),
        ("Phy\u0301sique", "ph\u00fdsique"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("物理", "物理"),
        ("भौतिकी", "भौतिकी"),
        ("a" * 64, "a" * 64),
    ],
)
def test_slug(name: str, slug: str) -> None:
    assert slugify_domain(name) == (slug, name.strip().replace("y\u0301", "\u00fd"))


@pytest.mark.parametrize(
    "name",
    [
        *["", "  ", "..", "../x", "a/b", "a\\b", "/etc", "a..b", "con", "NUL.", "Com1", "a\0"],
        *["a\nb", "a\u202eb", "\ud800", "🙂", "---", "a" * 65, "a" * 10_000, "\U00010428" * 60],
    ],
)
def test_refused_name(name: str) -> None:
    with pytest.raises(KeyParseError, match="cannot be used"):
        slugify_domain(name)


@settings(max_examples=400, deadline=None, database=None)
@given(st.text(max_size=80))
def test_slug_is_its_own_slug_and_safe(name: str) -> None:
    try:
        slug, _ = slugify_domain(name)
    except KeyParseError:
        return
    assert slugify_domain(slug) == (slug, slug)
    assert len(slug) <= 64
    assert len(slug.encode()) <= 192
    assert not set(slug) & set("/\\.: \0|")
    assert slugify_domain(name.upper())[0] == slugify_domain(name.lower())[0]
