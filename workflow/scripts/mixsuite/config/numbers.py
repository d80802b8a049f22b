"""Numbers as the papers print them: `20.5`, `−0.7`, `1,024`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def printed_number(text: str) -> Decimal | None:
    """Return the number that `text` prints, with its digits; None where it prints a word, or no finite number."""
    try:
        number = Decimal(text.replace("−", "-").replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
