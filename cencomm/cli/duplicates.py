"""What an author is told before a seizure is sent that the group probably has already."""

from __future__ import annotations

from cencomm.analysis.duplicates import duplicates_of
from cencomm.analysis.reported import Reported
from cencomm.cli.begun import records
from cencomm.cli.context import Options
from cencomm.client.analysis import question_words, reported_of
from cencomm.client.cug import Cug
from cencomm.ids import ClientRef
from cencomm.templates_forms.model import Answers, Template


def warn_of_duplicates(
    given: Options, cug: Cug, template: Template, answers: Answers, replaces: ClientRef | None
) -> bool:
    """Say which records the answers probably repeat, but for the one that they replace; whether there are any."""
    templates = {each.hash: each for each in cug.templates()}
    known = [item for item in records(cug) if item.client_ref != replaces]
    found = duplicates_of(Reported("", "", 0, answers, 0, 0, {}), reported_of(known, templates))
    seqs = {item.client_ref.hex(): item.seq for item in known}
    for each in found:
        what = question_words([template, *templates.values()], each.by, given.output.language)
        said = given.output.text("duplicate_of", seq=seqs[each.first], what=what, value=each.value)
        given.output.note(said, style="yellow")
    return bool(found)
