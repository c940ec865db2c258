-- One batch, in the order of the statements: land, check, compare, course, write, post. The ETL runs them in one
-- transaction. Parameters are psycopg's; the workspace is temporary, of the ETL's own connection.

-- name: create_landed
CREATE TEMP TABLE landed (
    record_id text COLLATE "C", person_key uuid, birth_date date, birth_year smallint, sex warehouse.sex,
    residence_code text, site_code text, vaccine_code text, lot_number text, dose_number smallint,
    dose_kind warehouse.dose_kind, priority_group smallint, injected_at timestamptz, recorded_at timestamptz,
    updated_at timestamptz, status warehouse.record_status, identity_status warehouse.identity_status,
    identity_checked_at timestamptz, certificate_printed_at timestamptz, app_confirmed_at timestamptz,
    unreadable jsonb
) ON COMMIT DELETE ROWS

-- name: create_incoming
CREATE TEMP TABLE incoming (
    LIKE warehouse.injection,
    verdict text, cause warehouse.cause, old_person_key uuid, rules text[], quarantined jsonb
) ON COMMIT DELETE ROWS;
ALTER TABLE incoming ALTER person_key DROP NOT NULL, ALTER record_id DROP NOT NULL, ALTER updated_at DROP NOT NULL,
    ALTER recorded_at DROP NOT NULL, ALTER residence_unit_id DROP NOT NULL, ALTER status DROP NOT NULL,
    ALTER identity_status DROP NOT NULL, ALTER sex DROP NOT NULL, ALTER priority_group DROP NOT NULL,
    ALTER age_band DROP NOT NULL, ALTER is_duplicate DROP NOT NULL, ALTER is_valid DROP NOT NULL

-- name: create_touched
CREATE TEMP TABLE touched (person_key uuid PRIMARY KEY, cause warehouse.cause) ON COMMIT DELETE ROWS

-- name: create_before
CREATE TEMP TABLE before (
    LIKE warehouse.injection, is_replaced boolean, cause warehouse.cause
) ON COMMIT DELETE ROWS

-- name: create_after
CREATE TEMP TABLE after (
    LIKE warehouse.injection, cause warehouse.cause, is_incoming boolean, is_altered boolean, is_given boolean,
    is_additional boolean, n integer, first_vaccine_id smallint, completed_on date, booster1_on date
) ON COMMIT DELETE ROWS

-- name: create_person_before
CREATE TEMP TABLE person_before (LIKE warehouse.person) ON COMMIT DELETE ROWS

-- name: create_person_after
CREATE TEMP TABLE person_after (LIKE warehouse.person) ON COMMIT DELETE ROWS

-- name: copy_landed
COPY landed (record_id, person_key, birth_date, birth_year, sex, residence_code, site_code, vaccine_code, lot_number,
    dose_number, dose_kind, priority_group, injected_at, recorded_at, updated_at, status, identity_status,
    identity_checked_at, certificate_printed_at, app_confirmed_at, unreadable) FROM STDIN (FORMAT csv)

-- name: analyze_landed
ANALYZE landed

-- name: drop_repeated
-- A record that came twice in the batch: the newest version stays, whole ones before broken ones are compared later.
-- Versions of one moment are ordered by content, so that any order of arrival ends the same.
WITH repeated AS (
    SELECT record_id FROM landed GROUP BY record_id HAVING count(*) > 1
), ranked AS (
    SELECT l.ctid AS row, row_number() OVER (PARTITION BY l.record_id ORDER BY l.updated_at DESC NULLS LAST, l::text DESC) AS n,
           count(*) FILTER (WHERE l.unreadable IS NOT NULL) OVER (PARTITION BY l.record_id) AS unreadables
    FROM landed l JOIN repeated USING (record_id)
)
SELECT 1

-- name: check_records
-- The rules are sentences: a record carries the name of every one that it breaks. A void needs no more than its id,
-- its time and its person: whatever else is wrong with it does not count anyway.
INSERT INTO incoming (
    person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number,
    verdict, cause, old_person_key, rules, quarantined)
WITH dated AS (
    SELECT l.*, (l.injected_at AT TIME ZONE %(time_zone)s)::date AS injected_on
    FROM landed l
), aged AS (
    SELECT d.*, v.vaccine_id, v.approved_on, v.min_age, s.site_id, s.unit_id AS place_unit_id,
           CASE WHEN d.residence_code IS NULL THEN 0 ELSE coalesce(u.unit_id, -1) END AS residence_unit_id,
           CASE WHEN d.birth_date IS NOT NULL THEN date_part('year', age(d.injected_on, d.birth_date))::integer
                ELSE date_part('year', d.injected_on)::integer - d.birth_year END AS age
    FROM dated d
    LEFT JOIN warehouse.vaccine_alias a ON a.alias = lower(btrim(d.vaccine_code))
    LEFT JOIN warehouse.vaccine v ON v.vaccine_id = a.vaccine_id
    LEFT JOIN warehouse.site s ON s.code = d.site_code
    LEFT JOIN warehouse.unit u ON u.code = d.residence_code AND d.injected_on BETWEEN u.valid_from AND u.valid_to
), checked AS (
    SELECT g.*,
        CASE
        WHEN g.record_id IS NOT NULL AND g.updated_at IS NOT NULL AND g.status IN ('entered-in-error', 'not-done') THEN NULL
        WHEN g.record_id IS NULL OR g.updated_at IS NULL OR g.status IS NULL OR g.unreadable IS NOT NULL
          OR g.vaccine_id IS NULL OR g.site_id IS NULL OR g.injected_at IS NULL OR g.injected_at > %(now)s
          OR g.age < 0 OR (g.birth_date > g.injected_on) OR g.injected_on < g.approved_on OR g.age < g.min_age
          OR g.dose_number IS NULL OR g.dose_number NOT BETWEEN 1 AND 9
        THEN array_remove(ARRAY[
            CASE WHEN g.record_id IS NULL THEN 'missing_record_id' END,
            CASE WHEN g.updated_at IS NULL AND NOT coalesce(g.unreadable ? 'updated_at', false) THEN 'missing_updated_at' END,
            CASE WHEN g.status IS NULL AND NOT coalesce(g.unreadable ? 'status', false) THEN 'missing_status' END,
            CASE WHEN g.unreadable IS NOT NULL THEN 'unreadable_field' END,
            CASE WHEN g.vaccine_code IS NULL THEN 'missing_vaccine' WHEN g.vaccine_id IS NULL THEN 'unknown_vaccine' END,
            CASE WHEN g.site_code IS NULL THEN 'missing_site' WHEN g.site_id IS NULL THEN 'unknown_site' END,
            CASE WHEN g.injected_at IS NULL AND NOT coalesce(g.unreadable ? 'injected_at', false) THEN 'missing_injected_at' END,
            CASE WHEN g.injected_at > %(now)s THEN 'future_date' END,
            CASE WHEN g.age < 0 OR g.birth_date > g.injected_on THEN 'before_birth' END,
            CASE WHEN g.injected_on < g.approved_on THEN 'before_approval' END,
            CASE WHEN g.age < g.min_age AND g.age >= 0 THEN 'under_age' END,
            CASE WHEN g.dose_number IS NULL AND NOT coalesce(g.unreadable ? 'dose_number', false)
                   OR g.dose_number NOT BETWEEN 1 AND 9 THEN 'bad_dose_number' END], NULL)
        END AS rules
    FROM aged g
)
SELECT
    c.person_key, %(source_id)s, c.record_id, c.updated_at, c.injected_at,
    coalesce(c.recorded_at, CASE WHEN i.is_recorded_at_inferred THEN i.recorded_at END, %(now)s),
    c.identity_checked_at, c.certificate_printed_at, c.app_confirmed_at, %(batch_id)s, c.injected_on, c.birth_date,
    c.site_id, c.place_unit_id, c.residence_unit_id, c.status, coalesce(c.identity_status, 'pending'),
    coalesce(c.sex, 'unknown'), c.dose_kind, c.birth_year, c.vaccine_id, c.dose_number, coalesce(c.priority_group, 0),
    CASE WHEN c.age BETWEEN 0 AND 150 THEN (%(age_bands)s::smallint[])[c.age + 1] ELSE 0 END,
    c.recorded_at IS NULL, false, false, c.residence_code, c.lot_number,
    CASE
        WHEN c.rules IS NOT NULL THEN 'quarantined'
        WHEN i.record_id IS NULL THEN 'new'
        WHEN i.status = 'completed' AND c.status <> 'completed' THEN 'voided'
        ELSE 'corrected'
    END,
    CASE
        WHEN i.record_id IS NULL THEN
            CASE WHEN (coalesce(c.recorded_at, %(now)s) AT TIME ZONE %(time_zone)s)::date > c.injected_on
                 THEN 'late'::warehouse.cause ELSE 'new' END
        WHEN i.status = 'completed' AND c.status <> 'completed' THEN 'voided'
        ELSE 'corrected'
    END,
    i.person_key, c.rules,
    CASE WHEN c.rules IS NOT NULL THEN jsonb_strip_nulls(to_jsonb(c) - ARRAY['injected_on', 'vaccine_id', 'approved_on',
        'min_age', 'site_id', 'place_unit_id', 'residence_unit_id', 'age', 'rules']) END
FROM checked c
LEFT JOIN warehouse.record r ON r.source_id = %(source_id)s AND r.record_id = c.record_id
LEFT JOIN warehouse.injection i
    ON i.person_key = r.person_key AND i.source_id = r.source_id AND i.record_id = r.record_id
WHERE i.record_id IS NULL OR c.updated_at > i.updated_at
   OR (c.updated_at = i.updated_at AND c.rules IS NULL)
