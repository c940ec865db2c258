-- Doses at the grains that pages ask: by one unit at a time, of residence or of injection. And from which batch on
-- anything is known of a day, so that an earlier as-of reads what was posted late and not all that came since.

CREATE TABLE warehouse.posted_day (
    day          date PRIMARY KEY,
    first_batch  bigint NOT NULL
);
COMMENT ON TABLE warehouse.posted_day IS
    'One row per day that doses were ever posted for, with the first batch that did: as of an earlier batch nothing of '
    'that day was known. A stage is reached on the day of a dose, so this holds for people, too.';

-- As of a batch: the days known by then, less what was posted for them since. What came late lies all over the ledger:
-- with what is asked of it in the index, it is read in one piece.
CREATE INDEX ledger_people_of_day ON warehouse.ledger_people (day, batch_id)
    INCLUDE (unit_id, people, stage, age_band, priority_group, vaccine_id);
CREATE INDEX ledger_doses_of_day ON warehouse.ledger_doses (day, batch_id)
    INCLUDE (place_unit_id, residence_unit_id, doses, vaccine_id, dose_number, age_band, priority_group);
CREATE INDEX ledger_entries_of_day ON warehouse.ledger_entries (day, batch_id);

CREATE TABLE warehouse.balance_people_unit (
    stage     smallint NOT NULL,
    unit_id   integer NOT NULL,
    age_band  smallint NOT NULL,
    people    integer NOT NULL,
    PRIMARY KEY (stage, unit_id, age_band)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_people_unit IS 'balance_people_day without the day: where everybody stands now, with no filter but age.';

-- No question asks for both units together with an age, a group or a vaccine; what asks for more than one of these reads
-- the postings of the days in question, which their index holds whole.
DROP TABLE warehouse.balance_doses, warehouse.balance_doses_total;
DELETE FROM warehouse.placement WHERE relation = 'balance_doses';

CREATE TABLE warehouse.balance_doses_unit (
    is_by_place     boolean NOT NULL,
    vaccine_id      smallint NOT NULL,
    priority_group  smallint NOT NULL,
    age_band        smallint NOT NULL,
    dose_number     smallint NOT NULL,
    unit_id         integer NOT NULL,
    day             date NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, vaccine_id, priority_group, age_band, dose_number, unit_id, day)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_unit IS
    'The sum of ledger_doses by day and one unit at a time, each dose under the unit of injection (is_by_place) and under '
    'the unit of residence, four ways, -1 standing for all: everything, by vaccine and dose number, by age, by group. For '
    'trends and the mix of vaccines with at most one filter.';

CREATE TABLE warehouse.balance_doses_total (
    is_by_place     boolean NOT NULL,
    unit_id         integer NOT NULL,
    vaccine_id      smallint NOT NULL,
    dose_number     smallint NOT NULL,
    age_band        smallint NOT NULL,
    priority_group  smallint NOT NULL,
    doses           integer NOT NULL,
    PRIMARY KEY (is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_total IS 'The sum of ledger_doses over all days by one unit at a time and all else but the site.';

CREATE TABLE warehouse.balance_doses_pair (
    month              date NOT NULL,
    place_unit_id      integer NOT NULL,
    residence_unit_id  integer NOT NULL,
    doses              integer NOT NULL,
    PRIMARY KEY (month, place_unit_id, residence_unit_id)
) WITH (fillfactor = 85);
COMMENT ON TABLE warehouse.balance_doses_pair IS
    'balance_doses_day by month, named by its first day: the whole months of the reconciliation strip.';
COMMENT ON TABLE warehouse.balance_doses_day IS
    'The sum of ledger_doses by day and the two units: the days of the reconciliation strip that make no whole month.';

INSERT INTO warehouse.placement VALUES
    ('posted_day', 'local'), ('balance_people_unit', 'local'), ('balance_doses_unit', 'local'), ('balance_doses_pair', 'local');

-- A warehouse that holds a ledger already: what its other balances hold, these hold too.
INSERT INTO warehouse.posted_day
SELECT day, min(batch_id) FROM warehouse.ledger_doses
WHERE batch_id <= (SELECT folded_through FROM warehouse.leader) GROUP BY day;
INSERT INTO warehouse.balance_people_unit
SELECT stage, unit_id, age_band, sum(people)
FROM warehouse.balance_people_day GROUP BY stage, unit_id, age_band HAVING sum(people) <> 0;
INSERT INTO warehouse.balance_doses_unit
SELECT is_by_place, coalesce(vaccine_id, -1), coalesce(priority_group, -1), coalesce(age_band, -1), coalesce(dose_number, -1),
    unit_id, day, sum(doses)
FROM (SELECT u.is_by_place, u.unit_id, l.* FROM warehouse.ledger_doses l
    CROSS JOIN LATERAL (VALUES (true, l.place_unit_id), (false, l.residence_unit_id)) AS u (is_by_place, unit_id)
    WHERE l.batch_id <= (SELECT folded_through FROM warehouse.leader)) AS each
GROUP BY is_by_place, unit_id, day, GROUPING SETS ((), (vaccine_id, dose_number), (age_band), (priority_group))
HAVING sum(doses) <> 0;
INSERT INTO warehouse.balance_doses_total
SELECT is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group, sum(doses)
FROM (SELECT u.is_by_place, u.unit_id, l.* FROM warehouse.ledger_doses l
    CROSS JOIN LATERAL (VALUES (true, l.place_unit_id), (false, l.residence_unit_id)) AS u (is_by_place, unit_id)
    WHERE l.batch_id <= (SELECT folded_through FROM warehouse.leader)) AS each
GROUP BY is_by_place, unit_id, vaccine_id, dose_number, age_band, priority_group HAVING sum(doses) <> 0;
INSERT INTO warehouse.balance_doses_pair
SELECT date_trunc('month', day)::date AS month, place_unit_id, residence_unit_id, sum(doses)
FROM warehouse.balance_doses_day GROUP BY month, place_unit_id, residence_unit_id HAVING sum(doses) <> 0;
