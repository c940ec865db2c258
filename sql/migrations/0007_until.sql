-- From and to are inclusive, after and until are not (docs/warehouse.md): so say the columns.

ALTER TABLE warehouse.population_version RENAME COLUMN to_batch TO until_batch;
ALTER TABLE warehouse.population RENAME COLUMN to_batch TO until_batch;
ALTER TABLE warehouse.target RENAME COLUMN to_batch TO until_batch;
ALTER TABLE warehouse.session RENAME COLUMN to_batch TO until_batch;
ALTER TABLE warehouse.stock_movement RENAME COLUMN to_batch TO until_batch;
ALTER TABLE warehouse.session RENAME COLUMN to_hour TO until_hour;
ALTER TABLE warehouse.session RENAME CONSTRAINT session_to_hour_check TO session_until_hour_check;
ALTER TABLE warehouse.brake RENAME COLUMN read_until TO read_to;

COMMENT ON TABLE warehouse.population_version IS
    'One row per set of target populations: where it comes from, its date, and from when it is in force. Like population '
    'and target never overwritten: in force as of the batches from from_batch until until_batch.';
COMMENT ON TABLE warehouse.session IS
    'One row per vaccination session (buổi tiêm) that a site plans, and time in force: open from from_hour until until_hour, '
    'as population in force.';
