"""The core's adapters: the only SQLAlchemy of `cen_core`. Its tables begin with `cen_` and may share a database."""
