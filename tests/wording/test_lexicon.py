"""Every code, field and choice has its words in every language, and no words are left over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from armslength.errors import InputError
from armslength.protocol.catalogue import CATALOGUE, Field, Kind
from armslength.wording import LANGUAGES, Lexicon, language_of, lexicon
from armslength.wording.lexicon import plural
from armslength.wording.sentence import POSITIONS

BESIDE = {"valid_until_ns"}
"""What words may say beside the fields."""


def said_with(field: Field) -> bool:
    """Whether the field is said together with a level, and needs no place of its own."""
    return field.name.endswith(("_datum", "_qnh_hpa", "_sigma_ft"))


def faults(lex: Lexicon) -> list[str]:
    """Return what is missing in `lex`, or left over."""
    out = [f"code {name}" for name in lex.codes.keys() ^ CATALOGUE.keys()]
    fields: dict[str, set[str]] = {}
    for code in CATALOGUE.values():
        found = lex.codes.get(code.name)
        for field in code.fields:
            known = fields.setdefault("level_datum" if field.name.endswith("_datum") else field.name, set())
            known |= set(field.choices)
        if found is None:
            continue
        names = {field.name for field in code.fields}
        spoken = names - {field.name for field in code.fields if said_with(field)} - found.unspoken
        out += [f"{code.name}.{name}" for name in (set(found.places) - BESIDE) ^ spoken]
        out += [f"{code.name} unspoken {name}" for name in found.unspoken - names]
        outside = found.say
        for field in code.fields:
            if not field.required and f"{{{field.name}}}" in outside:
                at = outside.index(f"{{{field.name}}}")
                if outside[:at].count("[") == outside[:at].count("]"):
                    out.append(f"{code.name}.{field.name} may be missing, and is not in brackets")
    out += [f"field {name}" for name in lex.fields.keys() ^ {f.name for c in CATALOGUE.values() for f in c.fields}]
    with_choices = {name: choices for name, choices in fields.items() if choices}
    out += [f"choices of {name}" for name in lex.choices.keys() ^ with_choices.keys()]
    for name in lex.choices.keys() & with_choices.keys():
        out += [f"choice {name}.{one}" for one in lex.choices[name].keys() ^ with_choices[name]]
    return out


@pytest.mark.parametrize("short", LANGUAGES)
def test_every_code_field_and_choice_has_words_and_nothing_is_left_over(short: str) -> None:
    assert faults(lexicon(short)) == []


def test_what_is_missing_or_left_over_is_seen() -> None:
    lex = lexicon("en")
    without = {name: words for name, words in lex.codes.items() if name != "TFA"}
    assert faults(replace(lex, codes=without)) == ["code TFA"]
    unspoken = replace(lex.codes["TFA"], unspoken=frozenset({"range_m", "nothing"}))
    assert {"TFA.range_m", "TFA unspoken nothing"} <= set(faults(replace(lex, codes={**lex.codes, "TFA": unspoken})))
    assert "field more" in faults(replace(lex, fields={**lex.fields, "more": "more"}))
    fewer = {**lex.choices, "direction": {"N": "NORTH"}}
    assert "choice direction.SW" in faults(replace(lex, choices=fewer))
    bare = replace(lex.codes["RCK"], say="RADIO CHECK ON {freq_id} {station}")
    assert any("not in brackets" in one for one in faults(replace(lex, codes={**lex.codes, "RCK": bare})))


@pytest.mark.parametrize("short", LANGUAGES)
def test_no_words_have_a_place_for_a_position_a_digest_or_free_text(short: str) -> None:
    for code in CATALOGUE.values():
        unsaid = {f.name for f in code.fields if f.name.endswith(POSITIONS) or f.sealed}
        unsaid |= {f.name for f in code.fields if f.kind in {Kind.HEX, Kind.DIGEST, Kind.FREE}}
        assert unsaid <= lexicon(short).codes[code.name].unspoken, code.name


@pytest.mark.parametrize("short", LANGUAGES)
def test_a_language_has_all_its_numbers_letters_and_months(short: str) -> None:
    lex = lexicon(short)
    counts = [len(lex.spoken.digits), len(lex.spoken.hours), len(lex.spoken.letters), len(lex.months)]
    assert counts == [10, 12, 26, 12]
    assert lex.language == LANGUAGES[short] and lex.short == short
    assert lex.units.keys() == lexicon("en").units.keys()
    assert lex.codes["EMG"].say.startswith("{commitment}:")


def test_the_russian_texts_are_marked_as_proposals() -> None:
    assert lexicon("ru").proposal and not lexicon("en").proposal


def test_a_language_is_named_short_or_as_in_the_terms() -> None:
    assert language_of("English") == language_of("en") == "en" and language_of("russian") == "ru"
    with pytest.raises(InputError, match="Did you mean russian"):
        language_of("Rusian")


@pytest.mark.parametrize(
    ("number", "form"), [(1, "one"), (2, "few"), (5, "many"), (11, "many"), (12, "many"), (21, "one"), (4.9, "few")]
)
def test_russian_has_three_forms(number: float, form: str) -> None:
    assert plural(("one", "few", "many"), number) == form
    assert plural(("one", "many"), number) == ("one" if number == 1 else "many")
