"""The line of every key against texts whose lines are known by construction, and garbage that must stay an error."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armslength.errors import AgreementError, InputError
from armslength.toml_source import Path, nearest, read, spell
from armslength.toml_source.lines import locate
from armslength.units import Quantity

# Values with the lines, counted from that of the key, on which what is inside them stands.
VALUES: list[tuple[str, dict[Path, int]]] = [
    ('"plain # not a comment"', {}),
    ("'lit = \"eral\"'", {}),
    ("'''\n[no] header = 1\n'''", {}),
    ('"""a \\"""\n x = "y" """"', {}),
    ("1979-05-27 07:32:00Z", {}),
    ("true # = [", {}),
    ("[]", {}),
    ("{}", {}),
    ('[1, "]", 3]', {(0,): 0, (1,): 0, (2,): 0}),
    ("[ # one ]\n  1,\n\n  [2,\n 3],\n]", {(0,): 1, (1,): 3, (1, 0): 3, (1, 1): 4}),
    ('{ k = "}", m.n = [1,\n 2] }', {("k",): 0, ("m",): 0, ("m", "n"): 0, ("m", "n", 0): 0, ("m", "n", 1): 1}),
    ('[{ a = 1 },\n { "b c" = 2 }]', {(0,): 0, (0, "a"): 0, (1,): 1, (1, "b c"): 1}),
]
FILLERS = ["", "# a comment = 1", "   ", "\t# [[x]]"]


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, dict[Path, int]]:
    """A TOML text, and the line of everything in it."""
    rows: list[str] = []
    lines: dict[Path, int] = {}
    counts: dict[str, int] = {}

    def pairs(base: Path) -> None:
        for number in range(draw(st.integers(0, 3))):
            rows.extend(draw(st.lists(st.sampled_from(FILLERS), max_size=2)))
            written, key = draw(st.sampled_from([("k{}", "k{}"), ('"q {}"', "q {}"), ("  s{}  ", "s{}")]))
            path = (*base, key.format(number))
            value, inside = draw(st.sampled_from(VALUES))
            at = sum(row.count("\n") + 1 for row in rows) + 1
            lines[path] = at
            lines.update({(*path, *rest): at + below for rest, below in inside.items()})
            rows.append(f"{written.format(number)} = {value}")

    pairs(())
    for number in range(draw(st.integers(0, 5))):
        rows.extend(draw(st.lists(st.sampled_from(FILLERS), max_size=2)))
        at = sum(row.count("\n") + 1 for row in rows) + 1
        if draw(st.booleans()):
            name = draw(st.sampled_from(["many", "more"]))
            counts[name] = counts.get(name, 0) + 1
            lines.setdefault((name,), at)
            lines[name, counts[name] - 1] = at
            rows.append(f"[[{name}]]")
            pairs((name, counts[name] - 1))
        else:
            lines[f"t{number}",] = lines[f"t{number}", "in"] = at
            rows.append(f'[ t{number} . "in" ]  # header')
            pairs((f"t{number}", "in"))
    return draw(st.sampled_from(["\n", "\r\n"])).join("\n".join(rows).split("\n")), lines


@settings(max_examples=300, deadline=None)
@given(texts())
def test_every_key_is_found_on_its_line(made: tuple[str, dict[Path, int]]) -> None:
    text, lines = made
    tomllib.loads(text)  # it is TOML, or the comparison is worth nothing
    assert locate(text) == lines


def test_a_table_inside_an_element_of_a_list_of_tables_is_found() -> None:
    lines = locate(
        "[[party]]\nname = 'A'\n[[party.uncrewed]]\nname = 'u'\n[party.more]\nx = 1\n[[party]]\nname = 'B'\n"
    )
    assert lines["party", 0, "uncrewed", 0, "name"] == 4
    assert lines["party", 0, "more", "x"] == 6
    assert lines["party", 1, "name"] == 8


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(alphabet="[]{}=.,\"'\\#\n ab1", max_size=80)))
def test_garbage_is_an_error_of_the_source_or_a_table(text: str) -> None:
    try:
        table = read(text, "g.toml", AgreementError)
    except AgreementError as wrong:
        assert wrong.where.startswith("g.toml")
        assert wrong.remedy
    else:
        assert table.values == tomllib.loads(text.removeprefix("\ufeff") + "\n")  # a last line without its end is read


SLIPS = [
    ("a = 3 NM", 's.toml, line 1, a: 3 NM is not in quotes. Put the value in quotes: a = "3 NM".'),
    (
        "\n\nhorizontal = FL100  # level",
        "line 3, horizontal: FL100 is not in quotes. Put the value in quotes: horizontal",
    ),
    ("title = Memorandum on safety", 'Put the value in quotes: title = "Memorandum on safety".'),
    ("a = 1\na = 2", "s.toml, line 2: a = 2 stands here for the second time. Keep one of the two."),
    ("[a]\n[a]", "s.toml, line 2: [a] stands here for the second time."),
    ('a = "3 NM', 's.toml, line 1: A text does not end on its line. Close the quotes: a = "3 NM"'),
    ("a = [1,\n2\n", "s.toml, line 2: The file ends too early. A bracket, a brace or a quote is still open there."),
    ("a", "s.toml, line 1: It cannot be read as TOML: Expected '=' after a key in a key/value pair. Mend this line: a"),
    ("x = " + "[" * 5000, "nested too deeply"),
    ("a = " + "9" * 5000, "cannot be read as TOML"),
]


@pytest.mark.parametrize(("text", "says"), SLIPS)
def test_the_usual_slips_are_told_with_line_and_cure(text: str, says: str) -> None:
    with pytest.raises(AgreementError) as caught:
        read(text, "s.toml", AgreementError)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value), "one paragraph"


WRONG = [
    ('k = ["a", 2]', lambda t: t.texts("k"), "line 1, k[2]: 2 (a bare number) stands where a text belongs."),
    ("k = 1", lambda t: t.texts("k"), "line 1, k: 1 (a bare number) stands where a list belongs. Write it like k = ["),
    ("k = true", lambda t: t.text("k"), "line 1, k: true (yes or no) stands where a text belongs."),
    ('k = " "', lambda t: t.text("k"), "line 1, k: The text is empty."),
    ('k = "a\\u001b[31m"', lambda t: t.text("k"), "line 1, k: 'a\\x1b[31m' holds a control character."),
    ("j = 1", lambda t: t.text("k"), 'k is missing. Add it, for example k = "a name".'),
    ("k = 0", lambda t: t.count("k"), "line 1, k: 0 (a bare number) is not a whole number from 1 up."),
    ("k = true", lambda t: t.count("k"), "line 1, k: true (yes or no) is not a whole number from 1 up."),
    ("k = 1.5", lambda t: t.count("k"), "line 1, k: 1.5 (a bare number) is not a whole number"),
    (
        'k = "twon"',
        lambda t: t.choice("k", ("one", "two")),
        'line 1, k: "twon" is not known. Did you mean two? It must be',
    ),
    ("k = []", lambda t: t.table("k"), "line 1, k: A list stands where a table belongs. Write [k]."),
    ("k = 1979-05-27", lambda t: t.table("k"), "1979-05-27 (a date or time) stands where a table belongs."),
    ("[k]", lambda t: list(t.tables("k")), "line 1, k: A table stands where a list of tables belongs. Write [[k]]"),
    ("k = [1]", lambda t: list(t.tables("k")), "line 1, k: A list stands where a list of tables belongs."),
    ('k = "0 s"', lambda t: t.quantity("k", Quantity.TIME, example="3 s"), 'k: "0 s" is not more than zero. Write for'),
    ('k = "-1 s"', lambda t: t.quantity("k", Quantity.TIME, example="3 s", least=0.0), 'k: "-1 s" is too small.'),
    (
        "k = {}",
        lambda t: t.quantity("k", Quantity.TIME, example="3 s"),
        "k: A table stands where a number with its unit",
    ),
    ("k = true", lambda t: t.quantity("k", Quantity.TIME, example="3 s"), "k: true (yes or no) stands where a number"),
    (
        "k = nan",
        lambda t: t.quantity("k", Quantity.TIME, example="3 s"),
        'k: "nan" is not a number with a unit. Write it in',
    ),
    ('k = "1e999 s"', lambda t: t.quantity("k", Quantity.TIME, example="3 s"), 'k: "1e999 s" is not a finite number.'),
    ('"\\u001b" = 1', lambda t: t.only("k"), "line 1, \\x1b: \\x1b is not a known key. Known here: k."),
]


@pytest.mark.parametrize(("text", "take", "says"), WRONG)
def test_every_taking_of_a_wrong_value_names_line_field_and_remedy(text: str, take: object, says: str) -> None:
    table = read(text, "w.toml", AgreementError)
    with pytest.raises(AgreementError) as caught:
        take(table)  # type: ignore[operator]
    assert says in str(caught.value)
    assert str(caught.value).startswith("w.toml, line 1")
    assert caught.value.remedy
    assert str(caught.value).isprintable(), "a hostile file must not steer the terminal"


def test_a_byte_order_mark_is_passed_over_and_lines_still_count() -> None:
    table = read("\ufeffa = 1\r\nb = 2\r\n", "bom.toml", InputError)
    assert table.source.line(("b",)) == 2


def test_paths_are_spelled_from_one_and_the_nearest_word_is_found() -> None:
    assert spell(("party", 1, "members", 0)) == "party[2].members[1]"
    assert nearest("Horizontl", ("horizontal", "vertical")) == "horizontal"
    assert nearest("zzz", ("horizontal", "vertical")) == ""
