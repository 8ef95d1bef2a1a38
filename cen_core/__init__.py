"""The CEN core: the shared, non-nominal database of seizures and offences (DESIGN §1). Enter it through `cen_core.api`."""
