-- Filters over the days of the whole world: no longer from every posting, nor from the cells of every unit.

ALTER TABLE warehouse.unit ADD COLUMN is_in_world boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN warehouse.unit.is_in_world IS
    'The root of the world, and all that lies below it. Kept with the reference data; balance_*_world are made of it.';
UPDATE warehouse.unit u SET is_in_world = true
FROM warehouse.unit_ancestor a JOIN warehouse.world w ON w.root_unit_id = a.ancestor_id WHERE a.unit_id = u.unit_id;

CREATE TABLE warehouse.balance_doses_world (
    is_by_place     boolean NOT NULL,
    vaccine_id      smallint NOT NULL,
    priority_group  smallint NOT NULL,
    age_band        smallint NOT NULL,
    dose_number     smallint NOT NULL,
    day             date NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, priority_group, age_band, vaccine_id, dose_number, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_world IS
    'The sum of ledger_doses by all but the units and the site: of what was injected in the world (is_by_place), and of '
    'those who live there.';

CREATE TABLE warehouse.balance_people_world (
    stage           smallint NOT NULL,
    priority_group  smallint NOT NULL,
    vaccine_id      smallint NOT NULL,
    age_band        smallint NOT NULL,
    day             date NOT NULL,
    people          integer NOT NULL,
    PRIMARY KEY (stage, priority_group, vaccine_id, age_band, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_people_world IS 'The sum of ledger_people by all but the unit: of those who live in the world.';
INSERT INTO warehouse.placement VALUES ('balance_doses_world', 'local'), ('balance_people_world', 'local');

INSERT INTO warehouse.balance_doses_world (is_by_place, vaccine_id, priority_group, age_band, dose_number, day, doses)
SELECT u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day, sum(doses)
FROM warehouse.ledger_doses
CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)
WHERE batch_id <= (SELECT folded_through FROM warehouse.leader)
    AND u.unit_id IN (SELECT unit_id FROM warehouse.unit WHERE is_in_world)
GROUP BY u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day HAVING sum(doses) <> 0
ORDER BY u.is_by_place, priority_group, age_band, vaccine_id, dose_number, day;

INSERT INTO warehouse.balance_people_world (stage, priority_group, vaccine_id, age_band, day, people)
SELECT stage, priority_group, vaccine_id, age_band, day, sum(people)
FROM warehouse.ledger_people
WHERE batch_id <= (SELECT folded_through FROM warehouse.leader)
    AND unit_id IN (SELECT unit_id FROM warehouse.unit WHERE is_in_world)
GROUP BY stage, priority_group, vaccine_id, age_band, day HAVING sum(people) <> 0
ORDER BY stage, priority_group, vaccine_id, age_band, day;

-- And in some of its units: their postings alone. Small: many postings a unit share one entry of the index.
CREATE INDEX ledger_doses_of_place ON warehouse.ledger_doses (place_unit_id);
CREATE INDEX ledger_doses_of_residence ON warehouse.ledger_doses (residence_unit_id);
