"""Codes and facts become sentences in the reader's language (style guide §5).

The English sentences stand in `messages.json`, the other five languages in `locales/<language>.po` (gettext, keyed by
the message's key as context and the English sentence as id, so that a changed sentence shows up as untranslated). The
browser client is built from the same files.
`python -m cencomm.i18n.check` fails on any gap.
"""

from cencomm.i18n.catalogue import LANGUAGES, RIGHT_TO_LEFT, has_message, is_right_to_left, message, translate

__all__ = ["LANGUAGES", "RIGHT_TO_LEFT", "has_message", "is_right_to_left", "message", "translate"]
