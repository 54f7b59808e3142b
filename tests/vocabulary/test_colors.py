import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxyclip_geo.errors import VocabularyError
from proxyclip_geo.vocabulary import hex_color, parse_color
from proxyclip_geo.vocabulary.colors import choose_colors

channels = st.integers(0, 255)
colors = st.tuples(channels, channels, channels)


@given(colors)
def test_every_way_to_write_a_colour_is_read(color):
    red, green, blue = color
    texts = hex_color(color), hex_color(color).upper(), f"{red},{green},{blue}", f" {red} {green} {blue} "
    for text in texts:
        assert parse_color(text) == color
    assert parse_color(list(color)) == color


def test_names_and_short_hex_are_read():
    assert parse_color("RebeccaPurple") == (102, 51, 153)
    assert parse_color("#0af") == (0, 170, 255)


@pytest.mark.parametrize("color", ["#12345", "blau", "", "1,2", "1,2,300", "#ff0000ff", 7, [1, 2], [1, 2, "3"], {}])
def test_what_is_no_colour_is_refused(color):
    with pytest.raises(VocabularyError, match="colo"):
        parse_color(color)


def test_an_empty_colour_is_explained():
    with pytest.raises(VocabularyError, match="quotes"):
        parse_color(None)


def test_known_words_get_map_colours():
    words = ["water"], ["forest"], ["building"], ["gravel road"]
    water, forest, building, road = choose_colors(words, [None] * 4)
    assert water[2] == max(water)
    assert forest[1] == max(forest)
    assert building[0] == max(building)
    assert max(road) - min(road) < 10


def test_a_synonym_or_a_plural_is_known_too():
    (plain,) = choose_colors([["water"]], [None])
    assert choose_colors([["Gewässer", "water"]], [None]) == (plain,)
    assert choose_colors([["Trees"]], [None]) == choose_colors([["tree"]], [None])


known = st.sampled_from(["water", "forest", "x", "building", "road"])


@given(st.lists(known, min_size=1, max_size=60), st.data())
def test_colours_are_distinct_and_given_ones_stay(words, data):
    given_colors = data.draw(st.lists(colors, max_size=len(words), unique=True))
    wishes = data.draw(st.permutations([*given_colors, *[None] * (len(words) - len(given_colors))]))
    chosen = choose_colors([[word] for word in words], wishes)
    assert len(set(chosen)) == len(words)
    assert all(wish is None or wish == color for wish, color in zip(wishes, chosen, strict=True))


def test_thousands_of_classes_get_colours_of_their_own():
    chosen = choose_colors([[f"class {index}"] for index in range(5000)], [None] * 5000)
    assert len(set(chosen)) == 5000
