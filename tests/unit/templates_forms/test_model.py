from __future__ import annotations

import contextlib
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cencomm.errors import DomainError
from cencomm.templates_forms.errors import TemplateMalformed, TemplateTooLarge, UnknownTemplate, UnknownWord
from cencomm.templates_forms.model import MAX_TEMPLATE_BYTES, STANDARD, Template, standard
from tests.unit.templates_forms.forms import decoded, small, small_data

LANGUAGES = ("en", "fr", "es", "ru", "ar", "pt")


class TestCanonicalBytes:
    def test_template_survives_encoding_and_keeps_its_name(self) -> None:
        template = small()
        again = Template.decode(template.encode())
        assert again == template
        assert again.hash == template.hash == hashlib.sha256(template.encode()).digest()

    def test_keys_are_sorted_and_defaults_left_out(self) -> None:
        text = small().encode().decode()
        assert text.startswith('{"code_lists":')
        assert '"cen"' not in text
        assert ": " not in text.replace("Too much. ", "")

    def test_words_are_kept_as_given_and_not_normalised(self) -> None:
        data = small_data()
        data["labels"]["fr"] = "e\u0301te\u0301"
        assert "e\u0301te\u0301".encode() in decoded(data).encode()

    def test_other_spacing_or_order_is_refused_as_not_canonical(self) -> None:
        canonical = small().encode()
        spaced = json.dumps(json.loads(canonical), sort_keys=True, ensure_ascii=False).encode()
        with pytest.raises(TemplateMalformed) as caught:
            Template.decode(spaced)
        assert caught.value.facts["reason"] == "not_canonical"

    def test_member_named_twice_is_refused(self) -> None:
        canonical = small().encode()
        with pytest.raises(TemplateMalformed):
            Template.decode(canonical.replace(b'"format":1', b'"format":1,"format":1'))

    def test_change_of_any_word_changes_the_name(self) -> None:
        data = small_data()
        data["labels"]["en"] = "Smaller"
        assert decoded(data).hash != small().hash
        assert decoded(data) != small()


class TestDecoder:
    def test_every_truncation_is_refused(self) -> None:
        canonical = small().encode()
        for length in range(len(canonical)):
            with pytest.raises(TemplateMalformed):
                Template.decode(canonical[:length])

    def test_trailing_bytes_are_refused(self) -> None:
        for tail in (b" ", b"\n", b"{}", b"\x00"):
            with pytest.raises(TemplateMalformed):
                Template.decode(small().encode() + tail)

    @given(st.binary(max_size=200))
    def test_random_bytes_give_only_errors_of_ours(self, data: bytes) -> None:
        with pytest.raises(TemplateMalformed):
            Template.decode(data)

    @given(st.data())
    def test_changed_bytes_give_a_template_or_an_error_of_ours(self, data: st.DataObject) -> None:
        changed = bytearray(small().encode())
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        with contextlib.suppress(DomainError):
            Template.decode(bytes(changed))

    def test_floating_point_and_deep_nesting_are_refused(self) -> None:
        for text in (b'{"format":1.0}', b'{"version":1e3}', b"[" * 100_000, b'{"a":' * 50_000):
            with pytest.raises(TemplateMalformed):
                Template.decode(text)

    def test_lone_surrogate_is_refused(self) -> None:
        with pytest.raises(TemplateMalformed):
            Template.decode_unchecked(small().encode().replace(b'"Small"', b'"\\ud800"'))

    def test_oversized_bytes_are_refused_before_they_are_read(self) -> None:
        with pytest.raises(TemplateTooLarge):
            Template.decode(b" " * (MAX_TEMPLATE_BYTES + 1))

    @pytest.mark.parametrize(
        ("change", "at"),
        [
            ({"format": 2}, "$.format"),
            ({"version": 0}, "$.version"),
            ({"id": "Bad id"}, "$.id"),
            ({"unknown": 1}, "$"),
            ({"labels": {"english": "x"}}, "key in `$.labels"),
        ],
    )
    def test_wrong_shape_is_refused_with_its_place(self, change: dict[str, Any], at: str) -> None:
        with pytest.raises(TemplateMalformed) as caught:
            decoded(small_data() | change)
        assert caught.value.facts["reason"] == "shape"
        assert str(caught.value.facts["at"]).startswith(at) or change.get("labels")


class TestWords:
    def test_label_is_found_by_key_and_by_path(self) -> None:
        assert small().label("colour", "fr") == "Couleur"
        assert small().label("row[2].colour", "en") == "Colour"
        assert small().label("row", "en") == "Row"

    def test_label_missing_in_a_language_says_which_language_it_comes_in(self) -> None:
        assert small().label("name", "ru") == "Name [en]"

    def test_words_of_codes_come_from_the_list_or_from_cldr(self) -> None:
        template = standard("simplified_seizure")
        assert small().code_word("colour", "red", "fr") == "Rouge"
        assert template.code_word("country", "KE", "fr") == "Kenya"
        assert template.code_word("country", "NO", "es") == "Noruega"
        assert template.code_word("country", "XX", "pt") == "País desconhecido"

    def test_unknown_words_are_refused(self) -> None:
        with pytest.raises(UnknownWord):
            small().label("nothing", "en")
        with pytest.raises(UnknownWord):
            small().rule_message("R9", "en")
        for code_list, code in (("colour", "green"), ("none", "red")):
            with pytest.raises(UnknownWord):
                small().code_word(code_list, code, "en")


class TestStandard:
    def test_unknown_name_is_refused(self) -> None:
        with pytest.raises(UnknownTemplate):
            standard("../../secrets")

    @pytest.mark.parametrize("name", STANDARD)
    def test_shipped_template_decodes_from_its_canonical_bytes(self, name: str) -> None:
        template = standard(name)
        assert Template.decode(template.encode()) == template
        assert standard(name) is template

    @pytest.mark.parametrize("name", STANDARD)
    def test_no_word_is_missing_in_any_of_the_six_languages(self, name: str) -> None:
        template = standard(name)
        for language in LANGUAGES:
            shown = [template.title(language)]
            shown += [template.label(key, language) for key in template.fields]
            shown += [template.label(group.key, language) for group in template.all_groups()]
            shown += [template.hint(key, language) for key in template.fields]
            shown += [template.rule_message(rule.key, language) for rule in template.rules]
            shown += [
                template.code_word(code_list.key, code.key, language)
                for code_list in template.code_lists
                for code in code_list.codes
            ]
            assert not [text for text in shown if text.endswith("]")]
            constraints = [field.constraint_messages for field in template.fields.values() if field.constraint]
            assert all(language in messages for messages in constraints)

    @pytest.mark.parametrize("name", STANDARD)
    def test_russian_and_arabic_words_are_in_their_script(self, name: str) -> None:
        template = standard(name)
        for key, field in template.fields.items():
            assert any("а" <= sign.lower() <= "я" for sign in field.labels["ru"]), key
            assert any("\u0600" <= sign <= "\u06ff" for sign in field.labels["ar"]), key

    def test_every_country_has_a_name_in_every_language(self) -> None:
        template = standard("simplified_seizure")
        for code in template.lists["country"].codes:
            for language in LANGUAGES:
                assert template.code_word("country", code.key, language) != code.key

    def test_it_is_never_called_the_form_of_the_wco(self) -> None:
        assert b"WCO" not in standard("simplified_seizure").encode()
