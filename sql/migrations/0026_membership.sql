-- Which records each delivery holds, so that what no delivery holds any more can be told.

ALTER TABLE warehouse.delivery
    ADD mark text,
    ADD stamped_at timestamptz,
    ADD missing integer NOT NULL DEFAULT 0 CHECK (missing >= 0);
UPDATE warehouse.delivery SET stamped_at = modified_at;
ALTER TABLE warehouse.delivery ALTER stamped_at SET NOT NULL;
COMMENT ON COLUMN warehouse.delivery.mark IS
    'The file''s inode and the last change of it: with size and time, what tells cheaply that it may be another.';
COMMENT ON COLUMN warehouse.delivery.stamped_at IS
    'Time of change of its records that carry none of their own: the file''s, but after that of any delivery before it.';
COMMENT ON COLUMN warehouse.delivery.missing IS
    'Records that earlier versions of it held and no delivery holds now, while they are counted on.';

CREATE TABLE warehouse.membership (
    source_id   smallint NOT NULL REFERENCES warehouse.source,
    path        text NOT NULL,
    sha256      text NOT NULL,
    part        integer NOT NULL,
    record_ids  text[] COLLATE "C" NOT NULL,
    contents    bytea,
    PRIMARY KEY (source_id, path, sha256, part)
);
COMMENT ON TABLE warehouse.membership IS
    'One row per batch of a delivery: the records that it holds. As arrays, which are written and read whole: 1 M records '
    'are a few rows. sha256 is empty for what earlier versions of a path held and none holds now.';
COMMENT ON COLUMN warehouse.membership.contents IS
    'Of a table that is read whole: a digest of 8 bytes a row, so that only rows that changed are loaded again.';
INSERT INTO warehouse.placement VALUES ('membership', 'local');
