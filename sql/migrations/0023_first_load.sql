-- What is counted of a source that was not read to its end yet is a part of it: no verdict is passed on a part.
ALTER TABLE warehouse.source
    ADD is_configured boolean NOT NULL DEFAULT true,
    ADD first_loaded_batch bigint,
    ADD expected bigint;
COMMENT ON COLUMN warehouse.source.is_configured IS 'The settings name it; of others nothing more will come.';
COMMENT ON COLUMN warehouse.source.first_loaded_batch IS
    'The batch with which it was first read to its end and gave records; 0: before this was kept.';
COMMENT ON COLUMN warehouse.source.expected IS 'Rows that it had when the first load began; NULL where nobody can say.';

UPDATE warehouse.source SET first_loaded_batch = 0 WHERE received > 0;
