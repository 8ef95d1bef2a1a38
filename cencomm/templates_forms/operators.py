"""What `= != < <= > >= + - * div mod` say of two values; each has an answer for every pair.

Arithmetic with a missing number is missing; an order comparison with one is false. `=` compares truth values if one
side is one, else moments, else numbers, else text; of several values of a repeat, any may fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from cencomm.templates_forms.values import (
    CONTEXT,
    MISSING,
    Moment,
    Value,
    in_range,
    parse_moment,
    to_bool,
    to_number,
)

Operator = Callable[[Value, Value], Value]


def cost(left: tuple[Value, ...], right: tuple[Value, ...]) -> int:
    """Several values against several are that many comparisons."""
    return len(left) * len(right)


def equal(left: Value, right: Value) -> bool:
    """`=`, for the kinds in the order that the module names."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return to_bool(left) == to_bool(right)
    if isinstance(left, tuple):
        return any(equal(item, right) for item in left)
    if isinstance(right, tuple):
        return any(equal(left, item) for item in right)
    pair = _comparable(left, right)
    return pair is not None and pair[0] == pair[1]


def _comparable(left: Value, right: Value) -> tuple[Decimal, Decimal] | None:
    """Both sides as numbers; text beside a moment is read as a moment. None where one side is neither."""
    if isinstance(left, Moment) and isinstance(right, str):
        right = parse_moment(right)
    elif isinstance(right, Moment) and isinstance(left, str):
        left = parse_moment(left)
    first, second = to_number(left), to_number(right)
    if isinstance(first, Decimal) and isinstance(second, Decimal):
        return first, second
    return None


def _different(left: Value, right: Value) -> bool:
    """`!=`: of several values, any may differ (XPath); so it is not the opposite of `=` there."""
    if isinstance(left, tuple) and not isinstance(right, bool):
        return any(_different(item, right) for item in left)
    if isinstance(right, tuple) and not isinstance(left, bool):
        return any(_different(left, item) for item in right)
    return not equal(left, right)


def _ordered(judge: Callable[[Decimal, Decimal], bool]) -> Callable[[Value, Value], Value]:
    def compare(left: Value, right: Value) -> bool:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return judge(left, right)
        if isinstance(left, tuple):
            return any(compare(item, right) for item in left)
        if isinstance(right, tuple):
            return any(compare(left, item) for item in right)
        if isinstance(left, str) and isinstance(right, str):
            pair = _both(parse_moment(left), parse_moment(right)) or _comparable(left, right)
        else:
            pair = _comparable(left, right)
        return pair is not None and judge(*pair)

    return compare


def _both(left: Value, right: Value) -> tuple[Decimal, Decimal] | None:
    """The days of two texts that are both moments, so that dates written as text compare as dates."""
    if isinstance(left, Moment) and isinstance(right, Moment):
        return left.days, right.days
    return None


def _arithmetic(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Value, Value], Value]:
    def calculate(left: Value, right: Value) -> Value:
        first, second = to_number(left), to_number(right)
        if isinstance(first, Decimal) and isinstance(second, Decimal):
            return in_range(work(first, second))
        return MISSING

    return calculate


def _divide(left: Decimal, right: Decimal) -> Decimal:
    return CONTEXT.divide(left, right) if right else Decimal("NaN")


def _remainder(left: Decimal, right: Decimal) -> Decimal:
    """The remainder with the sign of the dividend."""
    return CONTEXT.remainder(left, right) if right else Decimal("NaN")


OPERATORS: Mapping[str, Operator] = {
    "=": equal,
    "!=": _different,
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "+": _arithmetic(CONTEXT.add),
    "-": _arithmetic(CONTEXT.subtract),
    "*": _arithmetic(CONTEXT.multiply),
    "div": _arithmetic(_divide),
    "mod": _arithmetic(_remainder),
}
