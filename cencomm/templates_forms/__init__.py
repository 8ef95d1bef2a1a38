"""Templates as data, the rules on their answers, and the two parts of a record (DESIGN §4)."""
