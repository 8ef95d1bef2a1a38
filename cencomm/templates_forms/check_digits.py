"""Numbers that carry a check digit, so that a typing error is seen: containers, ships, postal items, air waybills.

Small letters, spaces and hyphens do not matter: people copy these numbers from doors and labels.
"""

from __future__ import annotations

import re

_CONTAINER = re.compile(r"[A-Z]{3}[UJZ][0-9]{7}")
_IMO = re.compile(r"(?:IMO)?([0-9]{7})")
_POSTAL = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_AIR_WAYBILL = re.compile(r"[0-9]{11}")
_POSTAL_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", " -")


def is_container(text: str) -> bool:
    """ISO 6346: owner, category U, J or Z, six figures; weights are powers of two, remainder 10 counts as 0."""
    number = text.translate(_UPPER)
    if _CONTAINER.fullmatch(number) is None:
        return False
    total = sum(_letter_value(sign) << place for place, sign in enumerate(number[:10]))
    return total % 11 % 10 == int(number[10])


def _letter_value(sign: str) -> int:
    """A is 10, and so on without the multiples of 11."""
    if sign.isdigit():
        return int(sign)
    order = ord(sign) - ord("A") + 10
    return order + (order - 1) // 10


def is_imo_number(text: str) -> bool:
    """IMO ship number, with or without `IMO` in front: the last figure of the sum weighted 7 to 2."""
    found = _IMO.fullmatch(text.translate(_UPPER))
    if found is None:
        return False
    figures = [int(sign) for sign in found[1]]
    return sum(figure * (7 - place) for place, figure in enumerate(figures[:6])) % 10 == figures[6]


def is_postal_item(text: str) -> bool:
    """UPU S10: service, eight figures, a check digit modulo 11, country."""
    number = text.translate(_UPPER)
    if _POSTAL.fullmatch(number) is None:
        return False
    rest = 11 - sum(int(sign) * weight for sign, weight in zip(number[2:10], _POSTAL_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest) == int(number[10])


def is_air_waybill(text: str) -> bool:
    """IATA: prefix of the airline, seven figures, their remainder modulo 7."""
    number = text.translate(_UPPER)
    return _AIR_WAYBILL.fullmatch(number) is not None and int(number[3:10]) % 7 == int(number[10])
