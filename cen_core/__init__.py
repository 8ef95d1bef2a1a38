"""The CEN core: the shared, non-nominal database of seizures and offences (DESIGN §1). Its door is `cen_core.api`."""
