from decimal import Decimal

import pytest

from mixsuite.config.numbers import printed_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("20.50", "20.50"), ("−0.7", "-0.7"), ("-0.7", "-0.7"), ("1,024", "1024"), (" 17 ", "17"), ("2e3", "2e3")],
)
def test_a_number_keeps_its_digits(text, number):
    assert printed_number(text).as_tuple() == Decimal(number).as_tuple()


@pytest.mark.parametrize("text", ["learned", "about 0", "NaN", "nan", "inf", "-inf", "", "1.2.3"])
def test_a_word_is_no_number(text):
    assert printed_number(text) is None
