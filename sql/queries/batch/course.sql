-- What the batch means for each person that it touches: courses before and after. DuckDB's; parameters are $named.

-- name: touch_persons
-- One row per person whose course is worked out again; the cause that weighs most stands for the person.
CREATE OR REPLACE TEMP TABLE touched AS
SELECT person_key, max(cause) AS cause FROM (
    SELECT person_key, cause FROM incoming WHERE verdict IN ('new', 'corrected', 'voided')
    UNION ALL
    SELECT old_person_key, cause FROM incoming
    WHERE verdict IN ('corrected', 'voided') AND old_person_key <> person_key
)
GROUP BY person_key

-- name: touch_held_persons
CREATE OR REPLACE TEMP TABLE touched AS
SELECT person_key, 'reclassified'::cause AS cause FROM (
    SELECT person_key FROM held UNION SELECT person_key FROM person_held)

-- name: reclassify
-- The injections of the touched persons as if they came in now: the same records, read anew by their spellings, placed
-- anew by units and ages, and by what their source tells where that was not kept with them. Of what a spelling no longer
-- means anything ('unknown'), the quarantine takes the record.
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT d.person_key, d.source_id, d.record_id, d.updated_at, d.injected_at, d.recorded_at, d.identity_checked_at,
    d.certificate_printed_at, d.app_confirmed_at, d.batch_id, d.day AS injected_on, d.birth_date,
    s.site_id, s.unit_id AS place_unit_id,
    CASE WHEN d.residence_code IS NULL THEN 0 ELSE coalesce(u.unit_id, -2) END AS residence_unit_id, d.status,
    CASE WHEN (d.told & 2) = 0 THEN 'unknown'::identity_status ELSE d.identity_status END AS identity_status, d.sex,
    d.dose_kind, d.birth_year,
    CASE WHEN d.vaccine_alias_id IS NULL THEN d.vaccine_id ELSE a.vaccine_id END AS vaccine_id, d.dose_number, d.priority_group,
    CASE WHEN b.age_band = y.age_band THEN b.age_band ELSE 0::SMALLINT END AS age_band, d.is_recorded_at_inferred, false AS is_duplicate,
    false AS is_valid, d.residence_code, d.lot_number, d.told, d.vaccine_alias_id,
    CASE WHEN coalesce(p.alias, o.alias) <> s.code THEN coalesce(p.alias_id, o.alias_id) END AS site_alias_id,
    d.age_from, d.age_to,
    CASE WHEN d.status = 'completed' AND (s.site_id IS NULL OR d.vaccine_alias_id IS NOT NULL AND a.vaccine_id IS NULL)
         THEN 'unknown' ELSE 'reclassified' END AS verdict, 'reclassified'::cause AS cause,
    d.person_key AS old_person_key, NULL AS rules, NULL AS old_told, NULL AS place
FROM (
    SELECT i.* REPLACE (coalesce(i.told, ($told_before::INTEGER[])[i.source_id]) AS told), CAST(i.injected_at AT TIME ZONE $time_zone AS DATE) AS day,
        CASE WHEN i.birth_date IS NOT NULL THEN date_part('year', age(day, i.birth_date))::INTEGER
             ELSE year(day)::INTEGER - i.birth_year END AS years,
        coalesce(years, i.age_to) AS age, coalesce(years, i.age_from) AS youngest
    FROM held i
) AS d
LEFT JOIN vaccine_alias a ON a.alias_id = d.vaccine_alias_id
LEFT JOIN site_alias p ON p.alias_id = d.site_alias_id
LEFT JOIN site own ON own.site_id = d.site_id AND d.site_alias_id IS NULL
LEFT JOIN site_alias o ON o.alias = own.code
LEFT JOIN site s ON s.site_id = coalesce(p.site_id, o.site_id)
LEFT JOIN residence_reading u ON u.spelling = d.residence_code AND d.day BETWEEN u.valid_from AND u.valid_to
LEFT JOIN band_of_age b ON b.age = d.age
LEFT JOIN band_of_age y ON y.age = d.youngest

-- name: read_before
CREATE OR REPLACE TEMP TABLE before AS
SELECT i.*, n.record_id IS NOT NULL AS is_replaced, coalesce(n.cause, 'duplicate'::cause) AS cause
FROM held i
SEMI JOIN touched t ON t.person_key = i.person_key
LEFT JOIN incoming n ON n.source_id = i.source_id AND n.record_id = i.record_id
    AND n.verdict IN ('new', 'corrected', 'voided', 'reclassified', 'unknown')

-- name: work_out_courses
-- In the order of the injections of each person: the first of a day counts, others of that day are duplicates; a dose
-- is in order when it is the first, or keeps the minimum interval to the dose before it (also when that one did not
-- count: so ACIP asks); the series is complete at the number of doses that its first vaccine asks on that day.
CREATE OR REPLACE TEMP TABLE after AS
-- The windows pass over narrow rows, which find their whole rows again by their place.
WITH present AS (
    SELECT b.rowid AS place, false AS is_incoming, b.person_key, b.injected_at, b.source_id, b.record_id, b.injected_on,
        b.vaccine_id, b.dose_kind, b.status = 'completed' AS is_completed
    FROM before b WHERE NOT b.is_replaced
    UNION ALL
    SELECT n.rowid, true, n.person_key, n.injected_at, n.source_id, n.record_id, n.injected_on, n.vaccine_id,
        n.dose_kind, n.status = 'completed'
    FROM incoming n WHERE n.verdict IN ('new', 'corrected', 'voided', 'reclassified')
), same_day AS (
    SELECT *, is_completed AND coalesce(injected_on = lag(injected_on) OVER by_time, false) AS is_duplicate
    FROM present
    WINDOW by_time AS (PARTITION BY person_key, is_completed ORDER BY injected_at, source_id, record_id)
), given AS (
    SELECT *, is_completed AND NOT is_duplicate AS is_given, row_number() OVER by_time AS n,
        lag(injected_on) OVER by_time AS previous_on, lag(vaccine_id) OVER by_time AS previous_vaccine_id,
        first_value(vaccine_id) OVER by_time AS first_vaccine_id
    FROM same_day
    WINDOW by_time AS (PARTITION BY person_key, is_completed AND NOT is_duplicate
                       ORDER BY injected_at, source_id, record_id)
), ordered AS (
    SELECT g.*, v.primary_doses, r.vaccine_id IS NOT NULL AS has_rule, g.is_given AND (g.n = 1
            OR coalesce(g.injected_on - g.previous_on >= r.min_days - $grace_days, false)) AS is_in_order
    FROM given g
    LEFT JOIN primary_series v ON v.vaccine_id = g.first_vaccine_id AND g.injected_on BETWEEN v.valid_from AND v.valid_to
    LEFT JOIN dose_rule r ON r.vaccine_id = g.vaccine_id AND r.previous_vaccine_id = g.previous_vaccine_id
        AND g.injected_on BETWEEN r.valid_from AND r.valid_to
), counted AS (
    SELECT *, CASE WHEN is_in_order THEN
            count(*) FILTER (WHERE is_in_order) OVER (PARTITION BY person_key, is_given ORDER BY n) END AS primary_n
    FROM ordered
), completed AS (
    SELECT *, min(injected_on) FILTER (WHERE primary_n >= primary_doses) OVER (PARTITION BY person_key) AS completed_on
    FROM counted
), boosted AS (
    SELECT c.*, min(c.injected_on) FILTER (WHERE c.is_given AND c.dose_kind IS DISTINCT FROM 'additional'
            AND c.injected_on - c.completed_on >= r.min_days - $grace_days)
            OVER (PARTITION BY c.person_key) AS booster1_on
    FROM completed c
    LEFT JOIN booster_rule r ON r.booster = 1 AND c.injected_on > c.completed_on
        AND c.injected_on BETWEEN r.valid_from AND r.valid_to
), course AS (
    SELECT b.place, b.is_incoming, b.is_duplicate, b.is_given, b.n, b.first_vaccine_id, b.completed_on, b.booster1_on,
        -- No rule says anything of the two vaccines, and the series is not complete without this dose.
        CASE WHEN b.is_given AND b.n > 1 AND NOT b.has_rule AND (b.completed_on IS NULL OR b.injected_on < b.completed_on)
             THEN b.previous_vaccine_id END AS unruled_after,
        b.is_given AND coalesce(b.primary_n IS NOT NULL AND (b.completed_on IS NULL OR b.injected_on <= b.completed_on)
            OR b.injected_on = b.booster1_on
            OR b.dose_kind IS DISTINCT FROM 'additional' AND b.injected_on - b.booster1_on >= r.min_days - $grace_days,
            false) AS is_valid
    FROM boosted b
    LEFT JOIN booster_rule r ON r.booster = 2 AND b.injected_on > b.booster1_on
        AND b.injected_on BETWEEN r.valid_from AND r.valid_to
)
SELECT b.* EXCLUDE (is_duplicate, is_valid, unruled_after, is_replaced), c.is_duplicate, c.is_valid, c.unruled_after,
    false AS is_new,
    c.is_duplicate <> b.is_duplicate OR c.is_valid <> b.is_valid OR c.unruled_after IS DISTINCT FROM b.unruled_after AS is_altered,
    c.is_given, c.n, c.first_vaccine_id, c.completed_on, c.booster1_on
FROM course c JOIN before b ON b.rowid = c.place
WHERE NOT c.is_incoming
UNION ALL BY NAME
SELECT n.* EXCLUDE (is_duplicate, is_valid, verdict, old_person_key, rules, old_told, place), c.is_duplicate, c.is_valid, c.unruled_after,
    n.verdict = 'new' OR n.old_person_key <> n.person_key AS is_new, true AS is_altered,
    c.is_given, c.n, c.first_vaccine_id, c.completed_on, c.booster1_on
FROM course c JOIN incoming n ON n.rowid = c.place
WHERE c.is_incoming

-- name: read_person_after
-- A person lives where the last injection with a known residence says (0: no word of it; -2: none that is recognised), and keeps the age band of the first one that
-- has one. Injections of a person are numbered in order (n), so max_by and min_by pick the last and the first.
CREATE OR REPLACE TEMP TABLE person_after AS
WITH course AS (
    SELECT person_key,
        coalesce(max_by(residence_unit_id, n) FILTER (WHERE residence_unit_id NOT IN (0, -2)), min(residence_unit_id))
            AS residence_unit_id,
        coalesce(min_by(age_band, n) FILTER (WHERE age_band <> 0), 0)::SMALLINT AS age_band,
        coalesce(max_by(priority_group, n) FILTER (WHERE priority_group <> 0), 0)::SMALLINT AS priority_group,
        count(*)::SMALLINT AS doses, min(injected_on) AS first_on, min(first_vaccine_id) AS first_vaccine_id,
        min(completed_on) AS complete_on, min(booster1_on) AS booster1_on,
        min(injected_on) FILTER (WHERE is_valid AND injected_on > booster1_on) AS booster2_on,
        max(vaccine_id) FILTER (WHERE injected_on = completed_on) AS complete_vaccine_id,
        max(vaccine_id) FILTER (WHERE injected_on = booster1_on) AS booster1_vaccine_id,
        min_by(vaccine_id, n) FILTER (WHERE is_valid AND injected_on > booster1_on) AS booster2_vaccine_id,
        coalesce(min(birth_year) <> max(birth_year), false)
            OR coalesce(min(sex) FILTER (WHERE sex <> 'unknown') <> max(sex) FILTER (WHERE sex <> 'unknown'), false)
            AS is_identity_shared, bool_or((coalesce(told, 1) & 1) <> 0) AS is_person_told,
        max(dose_number) FILTER (WHERE dose_kind IS DISTINCT FROM 'additional') AS dose_number
    FROM after
    WHERE is_given
    GROUP BY person_key
)
-- Where a source names no persons, each record stands for what its dose number says that was reached; and nobody waits for
-- a second dose that he may have had.
SELECT c.person_key, c.residence_unit_id,
    CASE WHEN c.is_person_told OR c.dose_number = 1 THEN c.first_on END AS first_on,
    CASE WHEN c.is_person_told THEN c.complete_on WHEN c.dose_number = v.primary_doses THEN c.first_on END AS complete_on,
    CASE WHEN c.is_person_told THEN c.booster1_on WHEN c.dose_number = v.primary_doses + 1 THEN c.first_on END AS booster1_on,
    CASE WHEN c.is_person_told THEN c.booster2_on WHEN c.dose_number = v.primary_doses + 2 THEN c.first_on END AS booster2_on,
    CASE WHEN v.primary_doses > 1 AND c.is_person_told THEN c.first_on + r.recommended_max_days END AS second_due_on,
    c.age_band, c.priority_group, c.doses,
    CASE WHEN c.is_person_told OR c.dose_number = 1 THEN c.first_vaccine_id END AS first_vaccine_id,
    CASE WHEN c.is_person_told THEN c.complete_vaccine_id
         WHEN c.dose_number = v.primary_doses THEN c.first_vaccine_id END AS complete_vaccine_id,
    CASE WHEN c.is_person_told THEN c.booster1_vaccine_id
         WHEN c.dose_number = v.primary_doses + 1 THEN c.first_vaccine_id END AS booster1_vaccine_id,
    CASE WHEN c.is_person_told THEN c.booster2_vaccine_id
         WHEN c.dose_number = v.primary_doses + 2 THEN c.first_vaccine_id END AS booster2_vaccine_id,
    c.is_identity_shared
FROM course c
JOIN primary_series v ON v.vaccine_id = c.first_vaccine_id AND c.first_on BETWEEN v.valid_from AND v.valid_to
LEFT JOIN dose_rule r ON r.vaccine_id = c.first_vaccine_id AND r.previous_vaccine_id = c.first_vaccine_id
    AND c.first_on BETWEEN r.valid_from AND r.valid_to

-- name: read_person_before
CREATE OR REPLACE TEMP TABLE person_before AS SELECT p.* FROM person_held p SEMI JOIN touched t ON t.person_key = p.person_key

-- name: moved
-- person_key is never updated: a record under another person leaves its old row and gets a new one.
SELECT old_person_key, source_id, record_id, person_key FROM incoming
WHERE verdict IN ('corrected', 'voided') AND old_person_key <> person_key

-- name: new_injections
-- Here and below in the order of the key: neighbours in the index are written together.
SELECT person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, unruled_after
FROM after WHERE is_new ORDER BY person_key

-- name: altered_injections
SELECT person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, unruled_after
FROM after WHERE is_altered AND NOT is_new ORDER BY person_key

-- name: new_records
SELECT source_id, record_id, person_key FROM incoming WHERE verdict = 'new' ORDER BY record_id

-- name: new_persons
SELECT * FROM person_after a ANTI JOIN person_before b ON b.person_key = a.person_key ORDER BY person_key

-- name: changed_persons
SELECT a.* FROM person_after a JOIN person_before b ON b.person_key = a.person_key
WHERE a IS DISTINCT FROM b ORDER BY a.person_key

-- name: gone_persons
SELECT person_key FROM person_before b ANTI JOIN person_after a ON a.person_key = b.person_key ORDER BY person_key
