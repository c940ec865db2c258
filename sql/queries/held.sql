-- What a large batch reads from the warehouse: reference data, and the rows of its records and persons. Read by COPY;
-- parameters are psycopg's.

-- name: primary_series
SELECT vaccine_id, valid_from, valid_to, primary_doses FROM warehouse.primary_series

-- name: vaccine
SELECT vaccine_id, approved_on, min_age FROM warehouse.vaccine

-- name: vaccine_alias
SELECT alias, alias_id, vaccine_id FROM warehouse.vaccine_alias

-- name: site
SELECT site_id, code, unit_id FROM warehouse.site

-- name: site_alias
SELECT alias, alias_id, site_id FROM warehouse.site_alias

-- name: unit
SELECT unit_id, code, valid_from, valid_to, is_in_world FROM warehouse.unit

-- name: residence_reading
SELECT spelling, valid_from, valid_to, unit_id FROM warehouse.residence_reading

-- name: dose_rule
SELECT vaccine_id, previous_vaccine_id, valid_from, valid_to, min_days, recommended_max_days FROM warehouse.dose_rule

-- name: booster_rule
SELECT booster, valid_from, valid_to, min_days FROM warehouse.booster_rule

-- name: create_sought_record
CREATE TEMP TABLE IF NOT EXISTS sought_record (record_id text COLLATE "C") ON COMMIT DELETE ROWS

-- name: create_sought_person
CREATE TEMP TABLE IF NOT EXISTS sought_person (person_key uuid) ON COMMIT DELETE ROWS

-- name: copy_sought_record
COPY sought_record (record_id) FROM STDIN

-- name: copy_sought_person
COPY sought_person (person_key) FROM STDIN

-- name: any_of_records
-- Numbers mostly grow, so for a page of new ones the range is empty and no further look-up is needed.
SELECT EXISTS (SELECT FROM warehouse.record WHERE source_id = %(source_id)s AND record_id BETWEEN %(first)s AND %(last)s)
    OR EXISTS (SELECT FROM warehouse.quarantine WHERE source_id = %(source_id)s AND state = 'open'
        AND record_id BETWEEN %(first)s AND %(last)s)

-- name: seek_persons_of_records
-- The current person of a known record, if it is another one.
INSERT INTO sought_person
SELECT r.person_key FROM sought_record s
JOIN warehouse.record r ON r.source_id = %(source_id)s AND r.record_id = s.record_id

-- name: open_of_records
SELECT DISTINCT q.source_id, q.record_id, q.content, q.state, q.updated_at
FROM sought_record s JOIN warehouse.quarantine q ON q.record_id = s.record_id
WHERE q.state = 'open' AND q.source_id = %(source_id)s

-- name: injections_of_persons
SELECT i.* FROM (SELECT DISTINCT person_key FROM sought_person) AS s
JOIN warehouse.injection i ON i.person_key = s.person_key

-- name: persons_of_persons
SELECT p.* FROM (SELECT DISTINCT person_key FROM sought_person) AS s
JOIN warehouse.person p ON p.person_key = s.person_key
