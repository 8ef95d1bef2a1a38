"""What records say together: counts and sums, the quality of what each country sends, records that name the same.

Pure, and the same as `web/client/src/analysis`: `tests/vectors/own/analysis_cases.json` is run by both.
"""
