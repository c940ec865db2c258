-- A record that its source no longer holds: its injection stays, counted nowhere, until it is delivered again.

ALTER TYPE warehouse.record_status ADD VALUE 'vanished';
ALTER TYPE warehouse.cause ADD VALUE 'vanished' AFTER 'voided';

ALTER TABLE warehouse.source ADD vanished bigint NOT NULL DEFAULT 0 CHECK (vanished >= 0);
COMMENT ON COLUMN warehouse.source.vanished IS
    'Records held as vanished: what was taken out, less what came back. Apart from received = loaded + unchanged + quarantined.';

ALTER TABLE warehouse.batch
    ADD vanished integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT batch_kind_check,
    ADD CONSTRAINT batch_kind_check CHECK (kind IN ('records', 'look-back', 'retry', 'rebuild', 'reference', 'vanished'));
COMMENT ON COLUMN warehouse.batch.vanished IS 'Records taken out, less those that came back with this batch.';

ALTER TABLE warehouse.quarantine
    DROP CONSTRAINT quarantine_state_check,
    ADD CONSTRAINT quarantine_state_check CHECK (state IN ('open', 'resolved', 'superseded', 'vanished'));
COMMENT ON COLUMN warehouse.quarantine.state IS
    'vanished: the source no longer holds the record; the same content, delivered again, is open again.';
