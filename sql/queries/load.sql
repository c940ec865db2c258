-- One batch: land, check, compare, quarantine (here), then course.sql, store.sql and ledger.sql, all in one transaction.
-- Small batches run these in PostgreSQL, large ones in DuckDB (translated by etl.dialect). Parameters are psycopg's; the
-- tables are temporary.

-- name: create_landed
CREATE TEMP TABLE landed (
    record_id text COLLATE "C", person_key uuid, birth_date date, birth_year smallint, sex warehouse.sex,
    residence_code text, site_code text, vaccine_code text, lot_number text, dose_number smallint,
    dose_kind warehouse.dose_kind, priority_group smallint, injected_at timestamptz, recorded_at timestamptz,
    updated_at timestamptz, status warehouse.record_status, identity_status warehouse.identity_status,
    identity_checked_at timestamptz, certificate_printed_at timestamptz, app_confirmed_at timestamptz,
    told integer, age_from smallint, age_to smallint, unreadable jsonb
) ON COMMIT DELETE ROWS

-- name: create_known_record
CREATE TEMP TABLE known_record (record_id text COLLATE "C", person_key uuid) ON COMMIT DELETE ROWS

-- name: create_known
CREATE TEMP TABLE known ON COMMIT DELETE ROWS AS SELECT * FROM warehouse.injection WITH NO DATA

-- name: create_incoming
CREATE TEMP TABLE incoming ON COMMIT DELETE ROWS AS
SELECT i.*, NULL::text AS verdict, NULL::warehouse.cause AS cause, NULL::uuid AS old_person_key, NULL::text AS rules,
    NULL::integer AS old_told, NULL::tid AS place
FROM warehouse.injection i WITH NO DATA

-- name: create_touched
CREATE TEMP TABLE touched (person_key uuid PRIMARY KEY, cause warehouse.cause) ON COMMIT DELETE ROWS

-- name: create_before
CREATE TEMP TABLE before ON COMMIT DELETE ROWS AS
SELECT i.*, NULL::boolean AS is_replaced, NULL::warehouse.cause AS cause FROM warehouse.injection i WITH NO DATA

-- name: create_after
CREATE TEMP TABLE after ON COMMIT DELETE ROWS AS
SELECT i.*, NULL::warehouse.cause AS cause, NULL::boolean AS is_new, NULL::boolean AS is_altered, NULL::boolean AS is_given,
    NULL::integer AS n, NULL::smallint AS first_vaccine_id, NULL::date AS completed_on, NULL::date AS booster1_on
FROM warehouse.injection i WITH NO DATA

-- name: create_person_before
CREATE TEMP TABLE person_before ON COMMIT DELETE ROWS AS SELECT * FROM warehouse.person WITH NO DATA

-- name: create_person_after
CREATE TEMP TABLE person_after ON COMMIT DELETE ROWS AS SELECT * FROM warehouse.person WITH NO DATA

-- name: copy_landed
COPY landed (record_id, person_key, birth_date, birth_year, sex, residence_code, site_code, vaccine_code, lot_number,
    dose_number, dose_kind, priority_group, injected_at, recorded_at, updated_at, status, identity_status,
    identity_checked_at, certificate_printed_at, app_confirmed_at, told, age_from, age_to, unreadable) FROM STDIN

-- name: find_known_records
-- In two steps, so that held rows are looked up for known records only, which are few in a backfill.
INSERT INTO known_record
SELECT DISTINCT r.record_id, r.person_key
FROM landed l JOIN warehouse.record r ON r.source_id = %(source_id)s AND r.record_id = l.record_id

-- name: read_known
INSERT INTO known
SELECT i.* FROM known_record k
JOIN warehouse.injection i ON i.person_key = k.person_key AND i.source_id = %(source_id)s AND i.record_id = k.record_id

-- name: check_records
-- Data quality rules: a record gets the names of all rules that it breaks. A void (tombstone) only needs its id, time and
-- person, since its other fields are not counted.
INSERT INTO incoming (
    person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, verdict, cause, old_person_key, rules, old_told, place)
-- OFFSET 0 is an optimization fence: without it, expressions are evaluated again at each use of their columns, and time zone
-- conversions dominate (200,000 records: 1.6 s with it, 4.3 s without).
WITH dated AS (
    SELECT l.*, l.ctid AS place, (l.injected_at AT TIME ZONE %(time_zone)s)::date AS injected_on
    FROM landed l
    OFFSET 0
), aged AS (
    SELECT d.*, v.vaccine_id, v.approved_on, v.min_age, a.alias_id AS vaccine_alias_id,
           s.site_id, s.unit_id AS place_unit_id, CASE WHEN p.alias <> s.code THEN p.alias_id END AS site_alias_id,
           CASE WHEN d.residence_code IS NULL THEN 0 ELSE coalesce(u.unit_id, -2) END AS residence_unit_id,
           CASE WHEN d.birth_date IS NOT NULL THEN date_part('year', age(d.injected_on, d.birth_date))::integer
                ELSE date_part('year', d.injected_on)::integer - d.birth_year END AS years
    FROM dated d
    LEFT JOIN warehouse.vaccine_alias a ON a.alias = lower(trim(d.vaccine_code))
    LEFT JOIN warehouse.vaccine v ON v.vaccine_id = a.vaccine_id
    LEFT JOIN warehouse.site_alias p ON p.alias = d.site_code
    LEFT JOIN warehouse.site s ON s.site_id = p.site_id
    LEFT JOIN warehouse.residence_reading u ON u.spelling = d.residence_code AND d.injected_on BETWEEN u.valid_from AND u.valid_to
    OFFSET 0
), grown AS (
    -- For an age group, too young means that even its oldest age is.
    SELECT a.*, coalesce(a.years, a.age_to) AS age, coalesce(a.years, a.age_from) AS youngest FROM aged a
), checked AS (
    SELECT g.*,
        CASE
        WHEN (g.unreadable->'line') IS NOT NULL THEN g.unreadable->>'line' -- an invalid line of a file
        WHEN g.record_id IS NOT NULL AND g.updated_at IS NOT NULL AND g.status IN ('entered-in-error', 'not-done') THEN NULL
        ELSE nullif(concat_ws(',',
            CASE WHEN g.record_id IS NULL THEN 'missing_record_id' END,
            CASE WHEN g.updated_at IS NULL AND (g.unreadable->'updated_at') IS NULL THEN 'missing_updated_at' END,
            CASE WHEN g.status IS NULL AND (g.unreadable->'status') IS NULL THEN 'missing_status' END,
            CASE WHEN g.unreadable IS NOT NULL THEN 'unreadable_field' END,
            CASE WHEN g.vaccine_code IS NULL THEN 'missing_vaccine' WHEN g.vaccine_id IS NULL THEN 'unknown_vaccine' END,
            CASE WHEN g.site_code IS NULL THEN 'missing_site' WHEN g.site_id IS NULL THEN 'unknown_site' END,
            CASE WHEN g.injected_at IS NULL AND (g.unreadable->'injected_at') IS NULL THEN 'missing_injected_at' END,
            CASE WHEN g.injected_on > %(today)s THEN 'future_date' END,
            CASE WHEN g.age < 0 OR g.birth_date > g.injected_on THEN 'before_birth' END,
            CASE WHEN g.injected_on < g.approved_on THEN 'before_approval' END,
            CASE WHEN g.age < g.min_age AND g.age >= 0 THEN 'under_age' END,
            CASE WHEN (g.told & 4096) <> 0 AND (g.dose_number IS NULL AND (g.unreadable->'dose_number') IS NULL
                   OR g.dose_number NOT BETWEEN 1 AND 9) THEN 'bad_dose_number' END), '')
        END AS rules
    FROM grown g
    OFFSET 0
), compared AS (
    SELECT c.*, i.record_id IS NULL AS is_new, i.person_key AS old_person_key, i.updated_at AS old_updated_at,
        i.status AS old_status, h.old_told, CASE WHEN i.is_recorded_at_inferred THEN i.recorded_at END AS first_seen_at,
        CASE WHEN i.record_id IS NOT NULL THEN
            ROW(c.told, c.person_key, c.injected_at, c.recorded_at, c.identity_checked_at, c.certificate_printed_at,
                c.app_confirmed_at, c.birth_date, c.site_id, c.status, coalesce(c.identity_status, 'pending'::warehouse.identity_status),
                coalesce(c.sex, 'unknown'::warehouse.sex), c.dose_kind, c.birth_year, c.vaccine_id, c.dose_number,
                coalesce(c.priority_group, 0::smallint), c.residence_code COLLATE "C", c.lot_number COLLATE "C",
                c.age_from, c.age_to) END AS content,
        CASE WHEN i.record_id IS NOT NULL THEN
            ROW(h.old_told, i.person_key, i.injected_at, CASE WHEN NOT i.is_recorded_at_inferred THEN i.recorded_at END,
                i.identity_checked_at, i.certificate_printed_at, i.app_confirmed_at, i.birth_date, i.site_id, i.status,
                i.identity_status, i.sex, i.dose_kind, i.birth_year, i.vaccine_id, i.dose_number, i.priority_group,
                i.residence_code COLLATE "C", i.lot_number COLLATE "C", i.age_from, i.age_to) END AS old_content,
        i.vaccine_alias_id AS old_vaccine_alias_id, i.site_alias_id AS old_site_alias_id
    FROM checked c
    LEFT JOIN known i ON i.record_id = c.record_id AND i.source_id = %(source_id)s
    -- For records from before this was kept: what their source gave then, or gives now.
    CROSS JOIN LATERAL (
        SELECT coalesce(i.told, (%(told_before)s::integer[])[%(source_id)s], c.told) AS old_told) AS h
)
SELECT
    person_key, %(source_id)s, record_id, updated_at, injected_at, coalesce(recorded_at, first_seen_at, %(now)s),
    identity_checked_at, certificate_printed_at, app_confirmed_at, %(batch_id)s, injected_on, birth_date,
    site_id, place_unit_id, residence_unit_id, status, coalesce(identity_status, 'pending'::warehouse.identity_status),
    coalesce(sex, 'unknown'::warehouse.sex),
    dose_kind, birth_year, vaccine_id, dose_number, coalesce(priority_group, 0),
    CASE WHEN age BETWEEN 0 AND 150 AND (%(age_bands)s::smallint[])[age + 1] = (%(age_bands)s::smallint[])[youngest + 1]
         THEN (%(age_bands)s::smallint[])[age + 1] ELSE 0 END,
    recorded_at IS NULL, false, false, residence_code, lot_number, told, vaccine_alias_id, site_alias_id, age_from, age_to,
    CASE WHEN rules IS NOT NULL THEN 'quarantined'
         WHEN is_new THEN 'new'
         WHEN content IS NOT DISTINCT FROM old_content THEN
             CASE WHEN %(is_current)s AND updated_at = old_updated_at AND vaccine_alias_id IS NOT DISTINCT FROM old_vaccine_alias_id
                       AND site_alias_id IS NOT DISTINCT FROM old_site_alias_id THEN 'held' ELSE 'restamped' END
         WHEN old_status = 'completed' AND status <> 'completed' THEN 'voided'
         ELSE 'corrected' END,
    CASE WHEN old_status = 'vanished' THEN 'vanished'
         WHEN NOT is_new AND old_status = 'completed' AND status <> 'completed' THEN 'voided'
         WHEN NOT is_new THEN 'corrected'
         -- without a time of entry it cannot be late
         WHEN (recorded_at AT TIME ZONE %(time_zone)s)::date > injected_on THEN 'late'
         ELSE 'new' END::warehouse.cause,
    old_person_key, rules, old_told, place
FROM compared
WHERE is_new OR updated_at IS NULL OR updated_at > old_updated_at
    OR (updated_at = old_updated_at AND (old_status = 'vanished' OR rules IS NULL
        AND (content > old_content OR content = old_content AND (vaccine_alias_id > old_vaccine_alias_id
            OR vaccine_alias_id = old_vaccine_alias_id AND coalesce(site_alias_id, 0) > coalesce(old_site_alias_id, 0)))))
    OR (%(is_current)s AND (rules IS NULL OR updated_at <> old_updated_at OR content IS DISTINCT FROM old_content))

-- name: drop_repeated
-- Deduplicate records within the batch: keep the newest whole version, and broken ones that are newer than it. Versions with
-- equal times are ordered by content, so that the result does not depend on the order of arrival.
WITH repeated AS (
    SELECT record_id FROM incoming WHERE record_id IS NOT NULL GROUP BY record_id HAVING count(*) > 1
), ranked AS (
    SELECT i.ctid AS row, i.verdict, i.updated_at,
        row_number() OVER (PARTITION BY i.record_id, i.verdict = 'quarantined' ORDER BY i.updated_at DESC,
            ROW(i.told, i.person_key, i.injected_at, CASE WHEN NOT i.is_recorded_at_inferred THEN i.recorded_at END,
                i.identity_checked_at, i.certificate_printed_at, i.app_confirmed_at, i.birth_date, i.site_id, i.status,
                i.identity_status, i.sex, i.dose_kind, i.birth_year, i.vaccine_id, i.dose_number, i.priority_group,
                i.residence_code COLLATE "C", i.lot_number COLLATE "C", i.age_from, i.age_to, i.vaccine_alias_id,
                coalesce(i.site_alias_id, 0)) DESC, i.place) AS n,
        max(i.updated_at) FILTER (WHERE i.verdict <> 'quarantined') OVER (PARTITION BY i.record_id) AS newest_whole
    FROM incoming i JOIN repeated USING (record_id)
)
DELETE FROM incoming i USING ranked
WHERE i.ctid = ranked.row AND CASE WHEN ranked.verdict = 'quarantined' THEN ranked.updated_at <= ranked.newest_whole
                                     ELSE ranked.n > 1 END

-- name: count_incoming
SELECT count(*) FILTER (WHERE verdict IN ('new', 'corrected', 'voided')) AS loaded,
       -- Not corrections: a source that begins to give a field, even persons, and the follow-ups of a dose (identity,
       -- certificate, app). They come in bulk, and change no dose or person.
       count(*) FILTER (WHERE verdict = 'corrected' AND cause <> 'vanished' AND (told & ~old_told) = 0 AND NOT is_same_dose) AS corrected,
       count(*) FILTER (WHERE verdict = 'corrected' AND cause = 'vanished') AS returned,
       count(*) FILTER (WHERE verdict = 'voided') AS voided,
       count(*) FILTER (WHERE verdict = 'quarantined') AS broken,
       count(*) FILTER (WHERE verdict = 'restamped') AS restamped,
       count(*) FILTER (WHERE verdict IN ('corrected', 'voided') AND old_person_key <> person_key
           AND (old_told & 1) <> 0) AS moved,
       -- an unchanged residence is not counted again
       count(*) FILTER (WHERE verdict IN ('new', 'corrected') AND residence_unit_id = -2 AND is_residence_new) AS unrecognised,
       count(*) FILTER (WHERE verdict IN ('new', 'corrected') AND residence_unit_id = -1 AND is_residence_new) AS outside,
       max(updated_at) AS newest_at
FROM (
    SELECT i.verdict, i.cause, i.told, i.old_told, i.person_key, i.old_person_key, i.residence_unit_id, i.updated_at,
        i.verdict = 'new' OR i.residence_code IS DISTINCT FROM k.residence_code AS is_residence_new,
        CASE WHEN i.verdict = 'corrected' THEN ROW(i.person_key, i.residence_code, i.site_id, i.vaccine_id, i.dose_number, i.dose_kind,
            i.injected_at, i.status, i.sex, i.birth_year, i.birth_date, i.age_from, i.age_to,
            i.lot_number, i.priority_group)
        IS NOT DISTINCT FROM
        ROW(k.person_key, k.residence_code, k.site_id, k.vaccine_id, k.dose_number, k.dose_kind,
            k.injected_at, k.status, k.sex, k.birth_year, k.birth_date, k.age_from, k.age_to,
            k.lot_number, k.priority_group) END AS is_same_dose
    FROM incoming i LEFT JOIN known k ON i.verdict = 'corrected' AND k.record_id = i.record_id AND k.source_id = %(source_id)s
) AS compared

-- name: suspects
-- For the brake: records that change or void something held, or have no residence here; old and new values.
SELECT i.record_id, i.verdict, i.residence_unit_id, CASE WHEN i.person_key <> i.old_person_key THEN 'yes' END AS moved,
    i.residence_code, k.residence_code AS old_residence_code, i.site_id, k.site_id AS old_site_id,
    i.vaccine_id, k.vaccine_id AS old_vaccine_id, i.dose_number, k.dose_number AS old_dose_number,
    to_char(i.injected_at AT TIME ZONE %(time_zone)s, 'YYYY-MM-DD HH24:MI') AS injected_at,
    to_char(k.injected_at AT TIME ZONE %(time_zone)s, 'YYYY-MM-DD HH24:MI') AS old_injected_at,
    i.status, k.status AS old_status, i.sex, k.sex AS old_sex, i.birth_year, k.birth_year AS old_birth_year,
    i.birth_date, k.birth_date AS old_birth_date, i.lot_number, k.lot_number AS old_lot_number,
    i.priority_group, k.priority_group AS old_priority_group, i.identity_status, k.identity_status AS old_identity_status
FROM incoming i LEFT JOIN known k ON k.record_id = i.record_id AND k.source_id = %(source_id)s
WHERE i.verdict IN ('corrected', 'voided') OR (i.verdict = 'new' AND i.residence_unit_id < 0)
ORDER BY i.record_id

-- name: find_broken
-- Broken records as they came, for the quarantine.
INSERT INTO broken (record_id, person_key, birth_date, birth_year, sex, residence_code, site_code, vaccine_code, lot_number,
    dose_number, dose_kind, priority_group, injected_at, recorded_at, updated_at, status, identity_status,
    identity_checked_at, certificate_printed_at, app_confirmed_at, told, age_from, age_to, unreadable, rules)
SELECT l.record_id, l.person_key, l.birth_date, l.birth_year, l.sex, l.residence_code, l.site_code, l.vaccine_code, l.lot_number,
    l.dose_number, l.dose_kind, l.priority_group, l.injected_at, l.recorded_at, l.updated_at, l.status, l.identity_status,
    l.identity_checked_at, l.certificate_printed_at, l.app_confirmed_at, l.told, l.age_from, l.age_to, l.unreadable, i.rules
FROM incoming i JOIN landed l ON l.ctid = i.place
WHERE i.verdict = 'quarantined'

-- name: find_ended
-- Quarantined versions that are resolved by a whole version, of this batch or before. A broken version without a time is
-- resolved by any later arrival. Records that were read again (is_current) resolve all earlier ones, whatever their time.
INSERT INTO ended (record_id, content, is_same_moment)
WITH broken_now AS MATERIALIZED (
    SELECT DISTINCT record_id FROM incoming WHERE verdict = 'quarantined' AND record_id IS NOT NULL
)
SELECT o.record_id, o.content, coalesce(bool_or(n.updated_at = o.updated_at), true)
FROM warehouse.quarantine o
JOIN incoming n ON n.record_id = o.record_id AND n.verdict <> 'quarantined'
    AND (n.updated_at >= o.updated_at OR o.updated_at IS NULL
        OR %(is_current)s AND o.record_id NOT IN (SELECT record_id FROM broken_now))
WHERE o.state = 'open' AND o.source_id = %(source_id)s
GROUP BY o.record_id, o.content

-- name: find_retried
-- The result of a retry: the rules that a record still breaks, or that a whole version is held.
INSERT INTO retried (record_id, updated_at, is_settled, rules)
SELECT l.record_id, l.updated_at, w.record_id IS NOT NULL OR coalesce(k.updated_at >= l.updated_at, false), b.rules
FROM landed l
LEFT JOIN incoming b ON b.place = l.ctid AND b.verdict = 'quarantined'
LEFT JOIN (SELECT DISTINCT record_id FROM incoming WHERE verdict <> 'quarantined') AS w ON w.record_id = l.record_id
LEFT JOIN known k ON k.record_id = l.record_id AND k.source_id = %(source_id)s
