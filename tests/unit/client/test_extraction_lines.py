"""Records as lines and features: head, answers as they nest, derived values, and a point where one was given."""

from __future__ import annotations

import json

from cencomm.client.extraction_layout import Layout
from cencomm.client.extraction_lines import features, form_lines, json_files
from cencomm.export.profiles import Profile
from tests.unit.client.extracted import examined
from tests.unit.client.verify_world import LONG, SECRET, a_marked_operation


def test_a_line_holds_head_answers_and_what_follows_from_them() -> None:
    first = next(iter(form_lines(examined(a_marked_operation()), LONG, Layout("en"))))
    assert (first["officer"], first["standing"], first["template"]) == ("BR/silva", "verified", "long_seizure")
    answers, derived = first["answers"], first["derived"]
    assert isinstance(answers, dict)
    assert isinstance(derived, dict)
    assert answers["item"][0]["quantity"] == "2500"
    assert derived["item[0].quantity_canonical"] == "2.5"


def test_files_are_named_after_templates_and_talk_comes_in_the_full_profile_only() -> None:
    names = [name for name, _, _ in json_files(examined(a_marked_operation()), Layout("en"), [])]
    assert [name.split("-")[0] for name in names] == ["simplified_seizure", "long_seizure", "chat"]
    below = Layout("en", Profile.NON_NOMINAL)
    lines = [
        (name, json.dumps(list(lines), ensure_ascii=False))
        for name, _, lines in json_files(examined(a_marked_operation(), Profile.NON_NOMINAL), below, [])
    ]
    assert [name.split("-")[0] for name, _ in lines] == ["simplified_seizure", "long_seizure"]
    assert SECRET not in str(lines)
    assert '"name"' not in str(lines)


def test_a_feature_for_each_form_of_a_template_that_asks_for_a_point() -> None:
    found = [json.loads(each) for each in features(examined(a_marked_operation()), Layout("en"))]
    assert len(found) == 6
    assert found[0]["geometry"]["coordinates"] == [-46.3336, -23.9608]
    assert found[0]["properties"]["answers"]["handling"] == "amber"
    assert found[-1]["geometry"] is None
