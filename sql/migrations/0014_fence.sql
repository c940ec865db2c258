-- Nobody writes to a warehouse of another version than his own. What an ETL of before this migration asks for is no
-- longer there, so that it cannot take the lead: it would not know that it must not.
ALTER TABLE warehouse.leader RENAME COLUMN epoch TO term;
COMMENT ON COLUMN warehouse.leader.term IS
    'Counts who led, and the migrations between: a batch of an earlier term is given up.';

-- A batch that had folded and not yet committed while 0010 or 0012 read is missing from what they made. Every migration
-- waits for the batch under way by now (sql/migrate.py), so these are made anew from the whole ledger.
CREATE PROCEDURE pg_temp.make_anew() LANGUAGE plpgsql AS $$
DECLARE
    folded bigint;
    is_wrong boolean;
BEGIN
    SELECT folded_through INTO folded FROM warehouse.leader;

    CREATE TEMP TABLE hours ON COMMIT DROP AS
    SELECT day, site_id, place_unit_id, hour, sum(doses)::integer AS doses
    FROM warehouse.ledger_entries WHERE batch_id <= folded
    GROUP BY day, site_id, place_unit_id, hour HAVING sum(doses) <> 0;

    CREATE TEMP TABLE doses_world ON COMMIT DROP AS
    SELECT u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day, sum(doses)::integer AS doses
    FROM warehouse.ledger_doses
    CROSS JOIN LATERAL (VALUES (true, place_unit_id), (false, residence_unit_id)) AS u (is_by_place, unit_id)
    WHERE batch_id <= folded AND u.unit_id IN (SELECT unit_id FROM warehouse.unit WHERE is_in_world)
    GROUP BY u.is_by_place, vaccine_id, priority_group, age_band, dose_number, day HAVING sum(doses) <> 0;

    CREATE TEMP TABLE people_world ON COMMIT DROP AS
    SELECT stage, priority_group, vaccine_id, age_band, day, sum(people)::integer AS people
    FROM warehouse.ledger_people
    WHERE batch_id <= folded AND unit_id IN (SELECT unit_id FROM warehouse.unit WHERE is_in_world)
    GROUP BY stage, priority_group, vaccine_id, age_band, day HAVING sum(people) <> 0;

    SELECT EXISTS (TABLE hours EXCEPT TABLE warehouse.balance_hours)
        OR EXISTS (SELECT * FROM warehouse.balance_hours WHERE doses <> 0 EXCEPT TABLE hours)
        OR EXISTS (TABLE doses_world EXCEPT TABLE warehouse.balance_doses_world)
        OR EXISTS (SELECT * FROM warehouse.balance_doses_world WHERE doses <> 0 EXCEPT TABLE doses_world)
        OR EXISTS (TABLE people_world EXCEPT TABLE warehouse.balance_people_world)
        OR EXISTS (SELECT * FROM warehouse.balance_people_world WHERE people <> 0 EXCEPT TABLE people_world)
    INTO is_wrong;
    IF NOT is_wrong THEN RETURN; END IF;

    DELETE FROM warehouse.balance_hours;
    INSERT INTO warehouse.balance_hours TABLE hours ORDER BY day, site_id, place_unit_id, hour;
    DELETE FROM warehouse.balance_doses_world;
    INSERT INTO warehouse.balance_doses_world TABLE doses_world
    ORDER BY is_by_place, priority_group, age_band, vaccine_id, dose_number, day;
    DELETE FROM warehouse.balance_people_world;
    INSERT INTO warehouse.balance_people_world TABLE people_world
    ORDER BY stage, priority_group, vaccine_id, age_band, day;

    -- Other figures are another version: who kept the answers of the last batch asks again.
    UPDATE warehouse.leader SET last_batch_id = last_batch_id + 1,
        folded_through = CASE WHEN folded_through = last_batch_id THEN last_batch_id + 1 ELSE folded_through END;
    INSERT INTO warehouse.batch (batch_id, kind, started_at, committed_at)
    SELECT last_batch_id, 'rebuild', moment, moment
    FROM warehouse.leader, (SELECT now() + make_interval(days => shift_days) FROM warehouse.world) AS w (moment);
END $$;
CALL pg_temp.make_anew();
