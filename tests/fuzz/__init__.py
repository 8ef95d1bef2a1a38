"""Coverage-guided fuzzing (atheris, libFuzzer) of everything that reads bytes or text from somebody else.

`make fuzz` runs it whole; `test_decoders.py` gives every decoder a few changed examples in CI.
"""
