-- What is wrong with the reference tables also as a code with its values, so that pages say it in their reader's language.
ALTER TABLE warehouse.world ADD reference_fault jsonb;
COMMENT ON COLUMN warehouse.world.reference_fault IS 'The code and the values of reference_refusal (etl/refusal.py).';
