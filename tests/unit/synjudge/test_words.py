"""The noun that a short description is about."""

from __future__ import annotations

import pytest

from qmirror_assets.synjudge.words import head_of


@pytest.mark.parametrize(
    ("description", "head"),
    [
        ("A great blue heron.", "heron"),
        ("A heron on a branch.", "heron"),
        ("Some flowers.", "flower"),
        ("Apples, red and green.", "apple"),
        ("A picture of one.", ""),
        ("The green light means you can go if it is safe to do so.", ""),
        ("", ""),
    ],
)
def test_head_of_a_description(description: str, head: str) -> None:
    assert head_of(description) == head
