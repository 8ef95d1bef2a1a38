"""XLSForm (xlsform.org): a form in a workbook, as ODK and Kobo have them, becomes a template of ours and back.

Read by code of our own: pyxform reads without bounds, speaks English, and turns everything into XML that is not wanted
here. It is what the tests hold this package against (`tests/unit/xlsform`). The way of a form that comes in:

    file → `workbook` (cells) → `survey`, `choices` (rows; refusals) → `convert` (template, report)

and of one that goes out: template → `write` (cells) → file. `expressions` is used by both.
"""
