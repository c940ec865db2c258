-- A source has an identity beside its name: it can be renamed, forgotten, and forgotten for good.

ALTER TABLE warehouse.source
    ADD keyed_as     text,
    ADD forgotten_at timestamptz,
    ADD deleted_at   timestamptz;
UPDATE warehouse.source SET keyed_as = name;
ALTER TABLE warehouse.source ALTER keyed_as SET NOT NULL;
COMMENT ON COLUMN warehouse.source.keyed_as IS
    'The name under which its records without an ID became persons, and records without a number got one: its first.';
COMMENT ON COLUMN warehouse.source.forgotten_at IS 'Its records were taken out, and can be brought back until they are deleted.';
COMMENT ON COLUMN warehouse.source.deleted_at IS 'Its records are deleted; the row stays for the batches.';

CREATE TABLE warehouse.forgotten (
    source_id  smallint NOT NULL REFERENCES warehouse.source,
    record_id  text COLLATE "C" NOT NULL,
    content    uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    PRIMARY KEY (source_id, record_id, content)
);
COMMENT ON TABLE warehouse.forgotten IS
    'One row per record that counted when its source was forgotten, and per version that was open in quarantine (content): '
    'what is to be brought back.';

INSERT INTO warehouse.placement VALUES ('forgotten', 'local');
