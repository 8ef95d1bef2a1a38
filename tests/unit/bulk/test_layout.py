"""A form in sheets: the records, and one sheet for each list, whose lines name what they stand in."""

from __future__ import annotations

from cencomm.bulk.layout import MAIN, layout_of
from cencomm.templates_forms.model import STANDARD, Template, standard

NESTED = b"""{"format":1,"id":"nested","version":1,"labels":{"en":"Nested"},"groups":[
{"kind":"group","key":"top","labels":{"en":"Top"},"children":[
 {"kind":"field","key":"name","type":"text","labels":{"en":"Name"}},
 {"kind":"group","key":"box","labels":{"en":"Box"},"repeat":{},"children":[
  {"kind":"field","key":"colour","type":"text","labels":{"en":"Colour"}},
  {"kind":"group","key":"thing","labels":{"en":"Thing"},"repeat":{},"children":[
   {"kind":"field","key":"weight","type":"decimal","labels":{"en":"Weight"}}]}]}]}]}"""


def test_every_field_that_is_typed_has_one_place() -> None:
    for name in STANDARD:
        template = standard(name)
        placed = [field.key for sheet in layout_of(template) for field in sheet.fields]
        typed = [field.key for field in template.fields.values() if field.type != "derived"]
        assert sorted(placed) == sorted(typed)


def test_lines_name_their_record_and_the_list_around_them() -> None:
    records, boxes, things = layout_of(Template.decode_unchecked(NESTED))
    assert (records.key, records.keys, records.numbers_itself) == (MAIN, ("#RECORD", "name"), True)
    assert (boxes.key, boxes.keys, boxes.numbers_itself) == ("box", ("#RECORD", "#box", "colour"), True)
    assert (things.key, things.keys, things.numbers_itself) == ("thing", ("#RECORD", "#box", "weight"), False)
