"""The CEN core, tested alone: `unit/` mirrors its modules, `store/` runs on both databases."""
