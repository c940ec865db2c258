-- Several filters at once over the days of the whole world: no longer from every posting.

ALTER TABLE warehouse.unit ADD COLUMN is_in_world boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN warehouse.unit.is_in_world IS
    'The root of the world, and all that lies below it. Kept with the reference data; balance_doses_world is made of it.';
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
INSERT INTO warehouse.placement VALUES ('balance_doses_world', 'local');

INSERT INTO warehouse.balance_doses_world (is_by_place, vaccine_id, priority_group, age_band, dose_number, day, doses)
SELECT u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day, sum(doses)
FROM warehouse.ledger_doses
CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)
WHERE batch_id <= (SELECT folded_through FROM warehouse.leader)
    AND u.unit_id IN (SELECT unit_id FROM warehouse.unit WHERE is_in_world)
GROUP BY u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day HAVING sum(doses) <> 0
ORDER BY u.is_by_place, priority_group, age_band, vaccine_id, dose_number, day;

-- And in some of its units: their postings alone. Small: many postings a unit share one entry of the index.
CREATE INDEX ledger_doses_of_place ON warehouse.ledger_doses (place_unit_id);
CREATE INDEX ledger_doses_of_residence ON warehouse.ledger_doses (residence_unit_id);
