-- What a source and the warehouse hold of each other, compared now and then.

CREATE TABLE warehouse.reconciliation (
    source_id     smallint NOT NULL REFERENCES warehouse.source,
    compared_at   timestamptz NOT NULL,
    source_rows   bigint NOT NULL,
    held_rows     bigint NOT NULL,
    missing       bigint NOT NULL,
    changed       bigint NOT NULL,
    lost          bigint NOT NULL,
    is_withdrawn  boolean NOT NULL,
    merged        bigint NOT NULL,
    without_time  bigint NOT NULL,
    ahead         bigint NOT NULL,
    unverified    bigint NOT NULL,
    seconds       real NOT NULL,
    PRIMARY KEY (source_id, compared_at)
);
COMMENT ON TABLE warehouse.reconciliation IS
    'One row per comparison of a database source with the warehouse; counts are records.';
COMMENT ON COLUMN warehouse.reconciliation.source_rows IS 'Records of the source that can be read.';
COMMENT ON COLUMN warehouse.reconciliation.held_rows IS 'Of these, and of lost ones that stay, what the warehouse holds now.';
COMMENT ON COLUMN warehouse.reconciliation.missing IS 'At the source and not held, back-dated ones for example: loaded now.';
COMMENT ON COLUMN warehouse.reconciliation.changed IS 'Held in another version than the source has now: loaded now.';
COMMENT ON COLUMN warehouse.reconciliation.lost IS 'Held, and no longer at the source; is_withdrawn: taken out of the figures.';
COMMENT ON COLUMN warehouse.reconciliation.merged IS 'Rows of the source whose record number is, once trimmed, that of another row.';
COMMENT ON COLUMN warehouse.reconciliation.without_time IS 'Rows that can never be read: their updated_at is none.';
COMMENT ON COLUMN warehouse.reconciliation.ahead IS 'Rows whose updated_at lies in the future: they wait for that day.';
COMMENT ON COLUMN warehouse.reconciliation.unverified IS 'Records whose content is still to be read again, in later comparisons.';

CREATE TABLE warehouse.reconciled_day (
    source_id    smallint NOT NULL REFERENCES warehouse.source,
    day          date NOT NULL,
    rows         bigint NOT NULL,
    keys         numeric,
    content      numeric,
    verified_at  timestamptz,
    PRIMARY KEY (source_id, day)
);
COMMENT ON TABLE warehouse.reconciled_day IS
    'One row per source and day of its clock: what it said at the last comparison, so that a change that moved no clock shows. '
    'verified_at: when every record of the day was last read again.';

ALTER TABLE warehouse.batch DROP CONSTRAINT batch_kind_check, ADD CONSTRAINT batch_kind_check
    CHECK (kind IN ('records', 'look-back', 'retry', 'rebuild', 'reference', 'vanished', 'reconcile'));

INSERT INTO warehouse.placement VALUES ('reconciliation', 'local'), ('reconciled_day', 'local');
