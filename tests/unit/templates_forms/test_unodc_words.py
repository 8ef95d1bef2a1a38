from __future__ import annotations

from cencomm.templates_forms.model import standard
from cencomm.templates_forms.unodc_words import COUNTED, COUNTRIES, LOCATION_TYPES, PRODUCTS, TRANSPORT_MODES, UNITS


def test_every_code_is_one_of_the_form() -> None:
    template = standard("simplified_seizure")
    for code_list, codes in (
        ("country", COUNTRIES.values()),
        ("location_type", LOCATION_TYPES.values()),
        ("transport_mode", TRANSPORT_MODES.values()),
        ("unit", UNITS.values()),
        ("product", [product for _, product in PRODUCTS.values()]),
    ):
        for code in codes:
            assert template.code(code_list, code) is not None, (code_list, code)


def test_every_product_belongs_to_its_heading_and_counted_units_are_counted() -> None:
    template = standard("simplified_seizure")
    for heading, product in PRODUCTS.values():
        code = template.code("product", product)
        assert code is not None
        assert heading in code.attributes["headings"].split()
    for unit in UNITS.values():
        code = template.code("unit", unit)
        assert code is not None
        assert (code.attributes["kind"] == "count") == (unit in COUNTED)
