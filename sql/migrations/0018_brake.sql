-- What the brake stopped stays to be looked at, and a release is for what was looked at.

ALTER TABLE warehouse.batch
    ADD moved        integer NOT NULL DEFAULT 0,
    ADD unmapped     integer NOT NULL DEFAULT 0,
    ADD unrecognised integer NOT NULL DEFAULT 0,
    ADD outside      integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN warehouse.batch.moved IS 'Records loaded earlier that came under another person.';
COMMENT ON COLUMN warehouse.batch.unmapped IS 'Records whose vaccine or site the tables do not know.';
COMMENT ON COLUMN warehouse.batch.unrecognised IS 'Records loaded whose code of residence is no code.';
COMMENT ON COLUMN warehouse.batch.outside IS 'Records loaded of people who live outside the world.';

ALTER TABLE warehouse.source
    ADD moved        bigint NOT NULL DEFAULT 0,
    ADD unmapped     bigint NOT NULL DEFAULT 0,
    ADD unrecognised bigint NOT NULL DEFAULT 0,
    ADD outside      bigint NOT NULL DEFAULT 0,
    DROP is_released;

CREATE TABLE warehouse.brake (
    brake_id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   smallint NOT NULL REFERENCES warehouse.source,
    state       text NOT NULL DEFAULT 'standing' CHECK (state IN ('standing', 'released', 'passed', 'ended')),
    criterion   text NOT NULL,
    reason      text NOT NULL,
    kind        text NOT NULL,
    unit        text,
    content     text NOT NULL,
    seen   bytea,
    page_size   integer,
    read_until  timestamptz,
    received    bigint,
    found       bigint,
    allowed     real,
    measured_by text,
    braked_at   timestamptz NOT NULL,
    released_at timestamptz,
    ended_at    timestamptz
);
COMMENT ON TABLE warehouse.brake IS
    'One row per stop of a source: what looked wrong, and in which delivery. A release is for that delivery alone and '
    'ends with it.';
COMMENT ON COLUMN warehouse.brake.content IS 'Checksum of what was stopped: the SHA-256 of a file, or of the records of a batch.';
COMMENT ON COLUMN warehouse.brake.seen IS 'Of a batch: 8 bytes of a hash of each of its records, sorted; while it is open.';
COMMENT ON COLUMN warehouse.brake.read_until IS 'Of a batch of a database: the time of change of its last record.';
COMMENT ON COLUMN warehouse.brake.measured_by IS 'The file that a file was measured against.';
CREATE UNIQUE INDEX brake_open ON warehouse.brake (source_id) WHERE state IN ('standing', 'released');

CREATE TABLE warehouse.brake_finding (
    brake_id  integer NOT NULL REFERENCES warehouse.brake ON DELETE CASCADE,
    rule      text NOT NULL,
    field     text NOT NULL,
    records   bigint NOT NULL,
    examples  jsonb NOT NULL,
    PRIMARY KEY (brake_id, rule, field)
);
COMMENT ON TABLE warehouse.brake_finding IS
    'One row per stop, rule and field: how many records, and some of them by number with their values; no ID, no name, of '
    'a birth date the year alone.';

INSERT INTO warehouse.placement VALUES ('brake', 'local'), ('brake_finding', 'local');
