-- Residences that are neither a unit of ours nor a code of the country: no longer taken for those who live elsewhere.

INSERT INTO warehouse.unit (unit_id, code, valid_from, level, name, name_en, sort_key) VALUES
    (-2, '!', '-infinity', 9, 'Mã địa bàn không nhận ra', 'Residence not recognised', '~3');
INSERT INTO warehouse.unit_ancestor VALUES (-2, -2, 0);

ALTER TABLE warehouse.world ADD COLUMN code_pattern text;
COMMENT ON COLUMN warehouse.world.code_pattern IS
    'The form of a code of the country, as the settings say it: what has it and is not ours lies outside.';

CREATE TABLE warehouse.residence_reading (
    spelling    text COLLATE "C" NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date NOT NULL,
    unit_id     integer NOT NULL,
    PRIMARY KEY (spelling, valid_from)
);
COMMENT ON TABLE warehouse.residence_reading IS
    'One row per spelling of a residence that a source sent, and validity: the unit that it means on these days, 0 where it '
    'says nothing, -1 for a code of the country that is not ours, -2 for all else. Read again when the units change.';
INSERT INTO warehouse.placement VALUES ('residence_reading', 'replicated');

-- What is not recognised is listed by its spellings, and read from here alone.
CREATE INDEX injection_not_recognised ON warehouse.injection (residence_code)
    WHERE residence_unit_id = -2 AND status = 'completed' AND NOT is_duplicate;
