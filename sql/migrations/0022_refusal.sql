-- What was wrong with the reference tables when they were last read: for `status`, metrics and pages, not for the log alone.
ALTER TABLE warehouse.world ADD reference_refusal text;
COMMENT ON COLUMN warehouse.world.reference_refusal IS
    'Why the reference tables were refused when they were last read; null: they are in force as they are.';
