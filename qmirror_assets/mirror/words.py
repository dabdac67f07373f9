"""Words of a text, small word classes, and where a noun phrase ends. No tagger, closed lists."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WORD: Final = r"[^\W\d_](?:[\w]|['’-](?=\w))*"


def word_list(text: str) -> list[str]:
    """The words of a closed list, written as plain text."""
    return text.split()


ARTICLES: Final = frozenset({"a", "an", "the"})
DETERMINERS: Final = ARTICLES | {"its", "their", "his", "her", "this", "that", "each", "one"}
PREPOSITIONS: Final = frozenset(
    word_list(
        "about above across after against along among around as at before behind below beneath "
        "beside between beyond by down during for from in inside into of off on onto out outside "
        "over past per since through throughout to toward towards under until up upon via with "
        "within without"
    )
)
_OTHER: Final = frozenset(
    word_list(
        "and or but nor so yet if then than that which who whom whose when where while because "
        "although though whether what how why is are was were be been being am has have had "
        "having do does did can could will would shall should may might must not no it they he "
        "she we you i there here these those this the a an its their his her each every all both "
        "some any if assuming assume ago respectively only also just now later again once "
        "together apart away initially finally given using calculate find determine work estimate"
    )
)
FUNCTION: Final = PREPOSITIONS | _OTHER
NUMBER_WORDS: Final = frozenset(
    ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
)

_VERB_STEMS: Final = word_list(
    "absorb accelerate accumulate act add allow appear apply attract balance bend bind boil "
    "bounce break burn carry cause change charge circulate climb collide come complete "
    "compress condense conduct connect consist consume contain continue contract convert cool "
    "cover cross decay decelerate decompose decrease deliver descend deposit die diffuse "
    "disappear discharge displace dissolve divide double draw drive drop emit enter erode "
    "escape evaporate exert expand explode extend fall fill float flow fly form freeze gain "
    "give glow go grow hang have heat hit hold illuminate increase interfere ionize jump land "
    "last leave lie lift lose make measure melt meet mix move need neutralize occupy operate "
    "orbit oscillate oxidize pass pivot produce provide pull pump push radiate raise reach "
    "react read receive recede recoil reduce reflect refract release remain record require "
    "rest revolve rise roll rotate rub run show sink sit slide slow speed spin split spread "
    "stand start stay stop store stretch strike sublime supply support swim swing take "
    "transfer transmit travel turn undergo use vaporize vibrate walk warm wear weigh work "
    "yield begin becomes completely fully entirely initially slowly steadily completely"
)
_IRREGULAR_VERBS: Final = frozenset(
    word_list(
        "fell flew flowed froze gave got grew held hit hung kept laid lay left lost made met put "
        "ran rose sank sat set shot slid spun stood stuck struck swam swung took went wore thrown "
        "dropped placed held hung fired launched kept dissolved used reacts"
    )
)


def _verb_forms(stem: str) -> set[str]:
    third = stem + ("es" if stem.endswith(("s", "sh", "ch", "x", "o")) else "s")
    if stem.endswith("y") and stem[-2] not in "aeiou":
        third = stem[:-1] + "ies"
    base = stem.removesuffix("e")
    return {third, stem + "s", base + "ed", base + "ing", base + base[-1] + "ed",
            base + base[-1] + "ing"}  # fmt: skip


# Only inflected forms: the bare stems ("charge", "force") are more often nouns here.
VERBS: Final = frozenset(form for stem in _VERB_STEMS for form in _verb_forms(stem)) | (
    _IRREGULAR_VERBS
)


def tokens(text: str) -> list[str]:
    """Lower-case words of `text`, hyphenated words whole, numbers left out."""
    return [match.group().lower() for match in re.finditer(WORD, text)]


def content_words(text: str) -> list[str]:
    """Words that carry meaning: no articles, prepositions, auxiliaries or pronouns."""
    return [word for word in tokens(text) if word not in FUNCTION and word not in DETERMINERS]


def ends_phrase(word: str) -> bool:
    """Whether `word` cannot belong to a noun phrase that began before it."""
    low = word.lower()
    return (
        low in FUNCTION
        or low in VERBS
        or low.endswith("ly")
        or (low.endswith("ed") and len(low) > 4)  # noqa: PLR2004 - "red", "bed", "seed" are nouns
        or (low.endswith("ing") and len(low) > 5)  # noqa: PLR2004 - "ring", "spring"
    )


_NOT_VERBS: Final = frozenset(
    word_list("seed weed speed feed reed spring string ring wing swing building")
)


def noun_phrase(text: str, limit: int = 4) -> str | None:
    """The noun phrase that `text` begins with (no determiner), or None if its end is unclear.

    It must end at punctuation, a number, the end of the text, or a word that cannot belong to it.
    """
    position, words = 0, 0
    while match := re.compile(rf"(?:^|(?<=\S)[ ])({WORD})").match(text, position):
        word = match[1]
        if ends_phrase(word) and word.lower() not in _NOT_VERBS:
            break
        words += 1
        if words > limit:
            return None
        position = match.end()
    rest = text[position:]
    if words == 0 or re.match(r"[\w$\\({\[]|[-/'’]", rest):
        return None
    return text[:position]


def article_for(word: str) -> str:
    """Read "a" or "an", by sound, for the words that textbooks use."""
    low = word.lower()
    silent_h = low.startswith(("hour", "honest", "heir"))
    you = low.startswith(("uni", "use", "usu", "eu", "ura", "one", "u-", "ute"))
    letter = len(word) > 1 and word[0].isupper() and word[1].isupper() and word[0] in "FHLMNRSX"
    vowel = low[:1] in "aeiou" and not you and not low.startswith(("unin", "unim"))
    return "an" if vowel or silent_h or letter or low.startswith(("unin", "unim")) else "a"


def squeeze(text: str) -> str:
    """Text for comparison: NFKC, lower case, LaTeX wrappers, spaces and `^ ~ *` left out."""
    plain = re.sub(r"\\(?:mathrm|text|mathbf|rm|left|right|,|;|!| )", "", text)
    plain = plain.replace("\\times", "×").replace("^\\circ", "°").replace("\\cdot", "·")
    plain = unicodedata.normalize("NFKC", plain.replace("\\%", "%")).lower()
    plain = plain.replace("−", "-").replace("–", "-").replace("×", "x").replace("μ", "µ")
    plain = plain.replace("⋅", "·").replace("⁄", "/")
    plain = re.sub(r"[\s^~*{}$\\]", "", plain)
    return re.sub("°+", "°", plain)  # text recognition reads "°C" as "°℃" at times
