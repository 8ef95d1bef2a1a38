"""What a case is, who somebody is, and what can be asked. Pure: no clock, no database."""
