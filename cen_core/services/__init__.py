"""What can be done with cases: rules, the access table, and one function for each use."""
