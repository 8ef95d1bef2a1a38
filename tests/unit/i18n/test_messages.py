"""The English sentences themselves."""

from string import Formatter

from cencomm.i18n.messages import MESSAGES, Plural


def test_each_key_says_what_kind_it_is() -> None:
    assert {key.partition(".")[0] for key in MESSAGES} <= {
        "error",
        "alarm",
        "cen",
        "finding",
        "change",
        "text",
        "web",
    }


def test_sentences_are_whole_and_their_braces_are_names() -> None:
    for key, source in MESSAGES.items():
        for sentence in (source.one, source.other) if isinstance(source, Plural) else (source,):
            names = [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]
            assert all(name.isidentifier() for name in names), key
            assert sentence[-1] in ".?" or key.startswith(("cen.", "text.", "web.")), key
