from __future__ import annotations

from cencomm.templates_forms.model import standard
from cencomm.templates_forms.samples import sample_records
from cencomm.templates_forms.validate import validate
from tests.unit.templates_forms.forms import NOW


def test_samples_are_valid_without_a_finding() -> None:
    template = standard("simplified_seizure")
    for sample in sample_records(500, seed=7):
        assert validate(template, sample.answers, now=NOW).findings == ()
        assert sample.answers["reporting_country"] == sample.administration


def test_samples_are_of_at_least_twelve_countries_and_many_kinds() -> None:
    samples = sample_records(500)
    assert len({sample.administration for sample in samples}) >= 12
    assert len({item["heading"] for sample in samples for item in sample.answers["item"]}) >= 9
    assert len({item["unit"] for sample in samples for item in sample.answers["item"]}) >= 8
    assert len({sample.answers["national_case_ref"] for sample in samples}) == 500


def test_same_seed_gives_the_same_records() -> None:
    assert sample_records(50, seed=3) == sample_records(50, seed=3)
    assert sample_records(50, seed=3) != sample_records(50, seed=4)
    assert sample_records(0) == []
