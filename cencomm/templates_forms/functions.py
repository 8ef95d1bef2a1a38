"""The functions of expressions: name, how many arguments, and what they do. XLSForm's, and of our own `any`, `all`,
`territory` and the check digits (`check_digits.py`).

Where XLSForm's own tools disagree among themselves we say what holds here: `regex` must match the whole text and its
pattern must be written out; `round` rounds halves away from zero; `int` cuts towards zero; lengths and positions are in
characters (code points); `number` of text takes ASCII digits only; `count` of a field counts rows, answered or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from itertools import chain

from cencomm.templates_forms.check_digits import is_air_waybill, is_container, is_imo_number, is_postal_item
from cencomm.templates_forms.errors import ExpressionMalformed
from cencomm.templates_forms.evaluation import Compiled, Compiler, Env, text_of
from cencomm.templates_forms.expression import Call, Literal, Node, parse
from cencomm.templates_forms.paths import any_or_all, indexed_repeat, place_of, position
from cencomm.templates_forms.safe_regex import compile_pattern
from cencomm.templates_forms.values import (
    CONTEXT,
    MISSING,
    Moment,
    Value,
    bounded,
    day_of,
    first,
    to_bool,
    to_moment,
    to_number,
    to_text,
)

_MAX_ARGUMENTS = 50
_MAX_PLACES = 30
_BLANKS = " \t\r\n"
_WIDE = Context(prec=200, Emin=-9_999, Emax=9_999, traps=[])
"""Wide enough for any number of ours with `_MAX_PLACES` places."""
TERRITORIES = "customs_territory"
"""The lookup table, with column `territory`, that `territory()` reads."""


@dataclass(frozen=True, slots=True)
class Function:
    least: int
    most: int
    make: Callable[[Compiler, Call], Compiled]


def compile_call(compiler: Compiler, call: Call) -> Compiled:
    """The function for a call.

    Raises:
        ExpressionMalformed: unknown function, wrong number of arguments, or an argument that it cannot take.
    """
    function = FUNCTIONS.get(call.function)
    if function is None:
        raise ExpressionMalformed(reason="unknown_function", position=call.position)
    if not function.least <= len(call.arguments) <= function.most:
        raise ExpressionMalformed(reason="argument_count", position=call.position)
    return function.make(compiler, call)


def _plain(work: Callable[..., Value]) -> Callable[[Compiler, Call], Compiled]:
    """A function of its arguments' values alone."""

    def make(compiler: Compiler, call: Call) -> Compiled:
        arguments = [compiler.compile(node) for node in call.arguments]
        if len(arguments) == 1:
            only = arguments[0]
            return lambda env: work(only(env))
        return lambda env: work(*[argument(env) for argument in arguments])

    return make


def _on_texts(work: Callable[..., Value]) -> Callable[[Compiler, Call], Compiled]:
    """A function of its arguments' texts, whose lengths cost."""

    def make(compiler: Compiler, call: Call) -> Compiled:
        arguments = [compiler.compile(node) for node in call.arguments]
        return lambda env: work(*[text_of(env, argument(env)) for argument in arguments])

    return make


def _if(compiler: Compiler, call: Call) -> Compiled:
    condition, then, otherwise = (compiler.compile(node) for node in call.arguments)
    return lambda env: then(env) if to_bool(condition(env)) else otherwise(env)


def _coalesce(compiler: Compiler, call: Call) -> Compiled:
    arguments = [compiler.compile(node) for node in call.arguments]

    def run(env: Env) -> Value:
        for argument in arguments:
            value = first(argument(env))
            if value != MISSING:
                return value
        return MISSING

    return run


def _regex(compiler: Compiler, call: Call) -> Compiled:
    subject = compiler.compile(call.arguments[0])
    pattern = compile_pattern(_written_text(call, 1))

    def run(env: Env) -> Value:
        text = text_of(env, subject(env))
        env.budget.spend(len(text))
        return pattern.matches(text)

    return run


def _written_text(call: Call, index: int) -> str:
    """The argument as text that stands in the expression itself."""
    node: Node = call.arguments[index]
    if isinstance(node, Literal) and isinstance(node.value, str):
        return node.value
    raise ExpressionMalformed(reason="text_must_be_written_out", position=call.position)


def _pulldata(compiler: Compiler, call: Call) -> Compiled:
    """`pulldata('table', 'column', 'key', value)`: the third argument is XLSForm's name of the key column."""
    table, column = _written_text(call, 0), _written_text(call, 1)
    _written_text(call, 2)
    return _lookup(table, column, compiler.compile(call.arguments[3]))


def _lookup(table: str, column: str, key: Compiled) -> Compiled:
    def run(env: Env) -> Value:
        row = env.tables.get(table, {}).get(to_text(key(env)))
        return MISSING if row is None else row.get(column, MISSING)

    return run


def _territory(compiler: Compiler, call: Call) -> Compiled:
    """The customs territory of a country: the country itself where it is in none with others (rules M02 to M05)."""
    country = compiler.compile(call.arguments[0])
    territory = _lookup(TERRITORIES, "territory", country)
    return lambda env: territory(env) or to_text(country(env))


def _once(compiler: Compiler, call: Call) -> Compiled:
    """The answer that is there already, else the argument."""
    beginning = compiler.compile(call.arguments[0])
    return lambda env: beginning(env) if env.own == MISSING else env.own


def _uuid(compiler: Compiler, call: Call) -> Compiled:
    """A random identifier: in defaults only, since readers would each have another one (DESIGN §4)."""
    if not compiler.entry:
        raise ExpressionMalformed(reason="only_in_defaults", position=call.position)
    return lambda env: env.new_id() if env.new_id is not None else MISSING


def _choice_name(compiler: Compiler, call: Call) -> Compiled:
    """`jr:choice-name(code, '${field}')`: the word of the code in the list of that field; of several codes, all."""
    code = compiler.compile(call.arguments[0])
    code_list = compiler.layout.lists.get(place_of(compiler, parse(_written_text(call, 1)).root).key)
    if code_list is None:
        raise ExpressionMalformed(reason="field_without_codes", position=call.position)

    def run(env: Env) -> Value:
        words = [env.word(code_list, token) for token in _tokens(text_of(env, code(env)))]
        return text_of(env, ", ".join(filter(None, words)))

    return run


def _today(_compiler: Compiler, _call: Call) -> Compiled:
    return lambda env: day_of(env.moment())


def _now(_compiler: Compiler, _call: Call) -> Compiled:
    return lambda env: env.moment()


def _items(*values: Value) -> list[Value]:
    """All values, those of repeats one by one."""
    return list(chain.from_iterable(value if isinstance(value, tuple) else (value,) for value in values))


def _numbers(*values: Value) -> list[Decimal]:
    return [number for number in map(to_number, _items(*values)) if isinstance(number, Decimal)]


def _sum(*values: Value) -> Value:
    """The sum of what is a number; of nothing, zero."""
    total = Decimal(0)
    for number in _numbers(*values):
        total = CONTEXT.add(total, number)
    return bounded(total)


def _min(*values: Value) -> Value:
    return min(_numbers(*values), default=MISSING)


def _max(*values: Value) -> Value:
    return max(_numbers(*values), default=MISSING)


def _count(value: Value) -> Value:
    return Decimal(len(value)) if isinstance(value, tuple) else Decimal(value != MISSING)


def _count_non_empty(*values: Value) -> Value:
    return Decimal(sum(item != MISSING for item in _items(*values)))


def _tokens(value: str) -> list[str]:
    return [token for token in value.replace("\t", " ").replace("\n", " ").replace("\r", " ").split(" ") if token]


def _selected_at(value: Value, index: Value) -> Value:
    """The choice with that number, counted from 0."""
    tokens, number = _tokens(to_text(value)), to_number(index)
    if not isinstance(number, Decimal) or number != int(number) or not 0 <= number < len(tokens):
        return MISSING
    return tokens[int(number)]


def _round(value: Value, places: Value = MISSING) -> Value:
    number, digits = to_number(value), to_number(places) if places != MISSING else Decimal(0)
    if not isinstance(number, Decimal) or not isinstance(digits, Decimal):
        return MISSING
    if digits != int(digits) or abs(digits) > _MAX_PLACES:
        return MISSING
    return bounded(number.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP, _WIDE))


def _whole(rounding: str) -> Callable[[Value], Value]:
    def cut(value: Value) -> Value:
        number = to_number(value)
        return bounded(number.to_integral_value(rounding)) if isinstance(number, Decimal) else MISSING

    return cut


def _abs(value: Value) -> Value:
    number = to_number(value)
    return number.copy_abs() if isinstance(number, Decimal) else MISSING  # `abs` would round to the context's digits


def _substr(text: str, start: str, end: str | None = None) -> Value:
    """Characters from `start`, counted from 0, up to but without `end`; negative numbers count from the end."""
    begin, stop = _index(start), _index(end) if end is not None else len(text)
    if begin is None or stop is None:
        return MISSING
    return text[begin:stop]


def _index(text: str) -> int | None:
    number = to_number(text)
    if not isinstance(number, Decimal) or number != int(number) or abs(number) > 1_000_000:
        return None
    return int(number)


def _join(compiler: Compiler, call: Call) -> Compiled:
    """`join(separator, values...)`, and `concat(values...)` without one."""
    arguments = [compiler.compile(node) for node in call.arguments]
    if call.function == "concat":
        return lambda env: text_of(env, "".join(_texts(env, arguments)))
    separator, rest = arguments[0], arguments[1:]
    return lambda env: text_of(env, to_text(separator(env)).join(_texts(env, rest)))


def _texts(env: Env, arguments: list[Compiled]) -> list[str]:
    return [text_of(env, item) for argument in arguments for item in _items(argument(env))]


def _date(value: Value) -> Value:
    moment = to_moment(value)
    return day_of(moment) if isinstance(moment, Moment) else MISSING


def _days(value: Value) -> Value:
    moment = to_moment(value)
    return moment.days if isinstance(moment, Moment) else MISSING


def _format_date(value: Value, pattern: Value) -> Value:
    """`%Y %m %d %H %M %S %y`, and `%n %e %h` without leading zero; other signs stay. In the offset as written."""
    moment = to_moment(value)
    if not isinstance(moment, Moment):
        return MISSING
    text = moment.text
    time = (text[11:13], text[14:16], text[17:19] if text[16:17] == ":" else "00") if moment.has_time else ("00",) * 3
    parts = {"Y": text[0:4], "y": text[2:4], "m": text[5:7], "d": text[8:10], "H": time[0], "M": time[1], "S": time[2]}
    parts |= {"n": str(int(parts["m"])), "e": str(int(parts["d"])), "h": str(int(parts["H"])), "%": "%"}
    pieces, rest = [], iter(to_text(pattern))
    for sign in rest:
        pieces.append(parts.get(next(rest, "%"), "") if sign == "%" else sign)
    return "".join(pieces)


def _normalize_space(text: str) -> Value:
    return " ".join(_tokens(text))


def _translate(text: str, old: str, new: str) -> Value:
    """Each character of `old` becomes the one at its place in `new`, or nothing where `new` is shorter (XPath 1.0)."""
    table: dict[int, str] = {}
    for index, sign in enumerate(old):
        table.setdefault(ord(sign), new[index] if index < len(new) else "")
    return text.translate(table)


FUNCTIONS: Mapping[str, Function] = {
    "true": Function(0, 0, _plain(lambda: True)),
    "false": Function(0, 0, _plain(lambda: False)),
    "not": Function(1, 1, _plain(lambda value: not to_bool(value))),
    "boolean": Function(1, 1, _plain(to_bool)),
    "if": Function(3, 3, _if),
    "coalesce": Function(1, _MAX_ARGUMENTS, _coalesce),
    "selected": Function(2, 2, _on_texts(lambda text, choice: choice.strip(_BLANKS) in _tokens(text))),
    "selected-at": Function(2, 2, _plain(_selected_at)),
    "count-selected": Function(1, 1, _on_texts(lambda text: Decimal(len(_tokens(text))))),
    "count": Function(1, 1, _plain(_count)),
    "count-non-empty": Function(1, _MAX_ARGUMENTS, _plain(_count_non_empty)),
    "sum": Function(1, _MAX_ARGUMENTS, _plain(_sum)),
    "min": Function(1, _MAX_ARGUMENTS, _plain(_min)),
    "max": Function(1, _MAX_ARGUMENTS, _plain(_max)),
    "round": Function(1, 2, _plain(_round)),
    "int": Function(1, 1, _plain(_whole(ROUND_DOWN))),
    "floor": Function(1, 1, _plain(_whole(ROUND_FLOOR))),
    "ceiling": Function(1, 1, _plain(_whole(ROUND_CEILING))),
    "abs": Function(1, 1, _plain(_abs)),
    "number": Function(1, 1, _plain(to_number)),
    "string": Function(1, 1, _on_texts(lambda text: text)),
    "string-length": Function(1, 1, _on_texts(lambda text: Decimal(len(text)))),
    "concat": Function(1, _MAX_ARGUMENTS, _join),
    "join": Function(2, _MAX_ARGUMENTS, _join),
    "contains": Function(2, 2, _on_texts(lambda text, part: part in text)),
    "starts-with": Function(2, 2, _on_texts(lambda text, part: text.startswith(part))),
    "ends-with": Function(2, 2, _on_texts(lambda text, part: text.endswith(part))),
    "substr": Function(2, 3, _on_texts(_substr)),
    "substring-before": Function(2, 2, _on_texts(lambda text, part: text[: max(text.find(part), 0)])),
    "substring-after": Function(2, 2, _on_texts(lambda text, part: text.partition(part)[2] if part else text)),
    "normalize-space": Function(1, 1, _on_texts(_normalize_space)),
    "translate": Function(3, 3, _on_texts(_translate)),
    "regex": Function(2, 2, _regex),
    "date": Function(1, 1, _plain(_date)),
    "date-time": Function(1, 1, _plain(to_moment)),
    "decimal-date-time": Function(1, 1, _plain(_days)),
    "format-date": Function(2, 2, _plain(_format_date)),
    "format-date-time": Function(2, 2, _plain(_format_date)),
    "today": Function(0, 0, _today),
    "now": Function(0, 0, _now),
    "position": Function(0, 1, position),
    "indexed-repeat": Function(3, 7, indexed_repeat),
    "any": Function(2, 2, any_or_all),
    "all": Function(2, 2, any_or_all),
    "once": Function(1, 1, _once),
    "uuid": Function(0, 0, _uuid),
    "jr:choice-name": Function(2, 2, _choice_name),
    "container-number": Function(1, 1, _on_texts(is_container)),
    "imo-number": Function(1, 1, _on_texts(is_imo_number)),
    "postal-item": Function(1, 1, _on_texts(is_postal_item)),
    "air-waybill": Function(1, 1, _on_texts(is_air_waybill)),
    "pulldata": Function(4, 4, _pulldata),
    "territory": Function(1, 1, _territory),
}
