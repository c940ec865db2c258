-- A source that gives no dose numbers: its doses have the number 0, which means that nobody told it.
ALTER TABLE warehouse.injection DROP CONSTRAINT injection_check;
ALTER TABLE warehouse.injection ADD CONSTRAINT injection_check
    CHECK (status <> 'completed' OR (injected_at IS NOT NULL AND injected_on IS NOT NULL AND site_id IS NOT NULL
        AND place_unit_id IS NOT NULL AND vaccine_id IS NOT NULL AND dose_number >= 0));
COMMENT ON COLUMN warehouse.injection.dose_number IS 'As recorded; 0 where the source gives no dose numbers.';
