"""Own test vectors: what CENcomm adds to MLS, byte for byte, for every implementation of docs/protocol.md.

`python -m tests.vectors.own` writes the files again; they come out the same, because every key, nonce and salt is
derived from a name. Bytes are hexadecimal.
"""
