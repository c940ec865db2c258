-- The vaccination series (courses) of the persons that a batch touches, before and after.

-- name: touch_persons
-- One row per person whose course is recomputed, with the most significant cause.
INSERT INTO touched (person_key, cause)
SELECT person_key, max(cause) FROM (
    SELECT person_key, cause FROM incoming WHERE verdict IN ('new', 'corrected', 'voided')
    UNION ALL
    SELECT old_person_key, cause FROM incoming
    WHERE verdict IN ('corrected', 'voided') AND old_person_key <> person_key
) AS p
GROUP BY person_key

-- name: touch_given_persons
INSERT INTO touched (person_key, cause) SELECT DISTINCT unnest(%(persons)s::uuid[]), 'reclassified'::warehouse.cause

-- name: reclassify
-- The injections of the touched persons as if they came in now: aliases, units and age bands are looked up again, and so are
-- the fields that their source gives, if that was not kept with them. A record whose alias no longer exists gets the status
-- 'unknown', and goes to quarantine.
INSERT INTO incoming (
    person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, verdict, cause, old_person_key)
SELECT d.person_key, d.source_id, d.record_id, d.updated_at, d.injected_at, d.recorded_at, d.identity_checked_at,
    d.certificate_printed_at, d.app_confirmed_at, d.batch_id, d.day, d.birth_date, s.site_id, s.unit_id,
    CASE WHEN d.residence_code IS NULL THEN 0 ELSE coalesce(u.unit_id, -2) END, d.status,
    CASE WHEN (d.told & 2) = 0 THEN 'unknown'::warehouse.identity_status ELSE d.identity_status END, d.sex,
    d.dose_kind, d.birth_year, CASE WHEN d.vaccine_alias_id IS NULL THEN d.vaccine_id ELSE a.vaccine_id END, d.dose_number,
    d.priority_group,
    CASE WHEN coalesce(d.years, d.age_to) BETWEEN 0 AND 150 AND (%(age_bands)s::smallint[])[coalesce(d.years, d.age_to) + 1]
                = (%(age_bands)s::smallint[])[coalesce(d.years, d.age_from) + 1]
         THEN (%(age_bands)s::smallint[])[coalesce(d.years, d.age_to) + 1] ELSE 0 END,
    d.is_recorded_at_inferred, false, false, d.residence_code, d.lot_number, d.told, d.vaccine_alias_id,
    CASE WHEN coalesce(p.alias, o.alias) <> s.code THEN coalesce(p.alias_id, o.alias_id) END, d.age_from, d.age_to,
    CASE WHEN d.status = 'completed' AND (s.site_id IS NULL OR d.vaccine_alias_id IS NOT NULL AND a.vaccine_id IS NULL)
         THEN 'unknown' ELSE 'reclassified' END, 'reclassified', d.person_key
FROM (
    SELECT i.person_key, i.source_id, i.record_id, i.updated_at, i.injected_at, i.recorded_at, i.identity_checked_at,
        i.certificate_printed_at, i.app_confirmed_at, i.batch_id, i.birth_date, i.site_id, i.status, i.identity_status, i.sex,
        i.dose_kind, i.birth_year, i.vaccine_id, i.dose_number, i.priority_group, i.is_recorded_at_inferred,
        i.residence_code, i.lot_number, i.vaccine_alias_id, i.site_alias_id, i.age_from, i.age_to, coalesce(i.told, (%(told_before)s::integer[])[i.source_id]) AS told,
        (i.injected_at AT TIME ZONE %(time_zone)s)::date AS day,
        CASE WHEN i.birth_date IS NOT NULL
             THEN date_part('year', age((i.injected_at AT TIME ZONE %(time_zone)s)::date, i.birth_date))::integer
             ELSE date_part('year', i.injected_at AT TIME ZONE %(time_zone)s)::integer - i.birth_year END AS years
    FROM touched t JOIN warehouse.injection i ON i.person_key = t.person_key
) AS d
LEFT JOIN warehouse.vaccine_alias a ON a.alias_id = d.vaccine_alias_id
LEFT JOIN warehouse.site_alias p ON p.alias_id = d.site_alias_id
LEFT JOIN warehouse.site own ON own.site_id = d.site_id AND d.site_alias_id IS NULL
LEFT JOIN warehouse.site_alias o ON o.alias = own.code
LEFT JOIN warehouse.site s ON s.site_id = coalesce(p.site_id, o.site_id)
LEFT JOIN warehouse.residence_reading u ON u.spelling = d.residence_code AND d.day BETWEEN u.valid_from AND u.valid_to

-- name: take_out
-- Injections whose source no longer holds their record: the same rows, from now on counted nowhere (`vanished`). Or the
-- reverse, for those that were counted before (`completed`).
INSERT INTO incoming (
    person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, verdict, cause, old_person_key)
SELECT i.person_key, i.source_id, i.record_id, i.updated_at, i.injected_at, i.recorded_at, i.identity_checked_at,
    i.certificate_printed_at, i.app_confirmed_at, i.batch_id, i.injected_on, i.birth_date, i.site_id, i.place_unit_id,
    i.residence_unit_id, %(status)s::warehouse.record_status, i.identity_status, i.sex, i.dose_kind, i.birth_year, i.vaccine_id, i.dose_number,
    i.priority_group, i.age_band, i.is_recorded_at_inferred, false, false, i.residence_code, i.lot_number,
    i.told, i.vaccine_alias_id, i.site_alias_id, i.age_from, i.age_to,
    CASE WHEN %(status)s::text = 'vanished' THEN 'voided' ELSE 'corrected' END, 'vanished', i.person_key
FROM (SELECT DISTINCT unnest(%(record_ids)s::text[]) AS record_id) AS n
JOIN warehouse.record r ON r.source_id = %(source_id)s AND r.record_id = n.record_id
JOIN warehouse.injection i ON i.person_key = r.person_key AND i.source_id = r.source_id AND i.record_id = r.record_id
WHERE (i.status = 'vanished') <> (%(status)s::text = 'vanished')

-- name: take_out_of_quarantine
-- Including superseded versions: if one of them is delivered again, it is open again. Records without a number are
-- identified by '#' and their content.
UPDATE warehouse.quarantine SET state = 'vanished', ended_batch_id = %(batch_id)s
WHERE source_id = %(source_id)s AND state <> 'vanished'
  AND (record_id = ANY (%(record_ids)s::text[])
    OR record_id = '' AND content = ANY (SELECT substr(n, 2)::uuid FROM unnest(%(record_ids)s::text[]) AS n WHERE n ~ '^#[0-9a-f-]{36}$'))

-- name: read_before
-- OFFSET 0, here and below, forces an index scan per person: the planner does not know how few are touched.
INSERT INTO before
SELECT i.*, n.record_id IS NOT NULL, coalesce(n.cause, 'duplicate'::warehouse.cause)
FROM touched t
CROSS JOIN LATERAL (SELECT * FROM warehouse.injection i WHERE i.person_key = t.person_key OFFSET 0) AS i
LEFT JOIN incoming n ON n.source_id = i.source_id AND n.record_id = i.record_id
    AND n.verdict IN ('new', 'corrected', 'voided', 'reclassified', 'unknown')

-- name: read_person_before
INSERT INTO person_before
SELECT p.* FROM touched t CROSS JOIN LATERAL (SELECT * FROM warehouse.person p WHERE p.person_key = t.person_key OFFSET 0) AS p

-- name: work_out_courses
-- Per person, in the order of injections: the first of a day counts, others of that day are duplicates; a dose is in order
-- if it is the first, or keeps the minimum interval to the previous dose (even if that one was invalid, as ACIP asks); the
-- series is complete at the number of doses that its first vaccine needs on that day.
INSERT INTO after (
    person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, residence_code, lot_number, told, vaccine_alias_id, site_alias_id, age_from, age_to, cause,
    is_duplicate, is_valid, unruled_after, is_new, is_altered, is_given, n, first_vaccine_id, completed_on, booster1_on)
-- Window functions run over narrow rows, which are joined with the whole rows by row identifier.
WITH present AS (
    SELECT b.ctid AS place, false AS is_incoming, b.person_key, b.injected_at, b.source_id, b.record_id, b.injected_on,
        b.vaccine_id, b.dose_kind, b.status = 'completed' AS is_completed
    FROM before b WHERE NOT b.is_replaced
    UNION ALL
    SELECT n.ctid, true, n.person_key, n.injected_at, n.source_id, n.record_id, n.injected_on,
        n.vaccine_id, n.dose_kind, n.status = 'completed'
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
            OR coalesce(g.injected_on - g.previous_on >= r.min_days - %(grace_days)s, false)) AS is_in_order
    FROM given g
    LEFT JOIN warehouse.primary_series v ON v.vaccine_id = g.first_vaccine_id
        AND g.injected_on BETWEEN v.valid_from AND v.valid_to
    LEFT JOIN warehouse.dose_rule r ON r.vaccine_id = g.vaccine_id AND r.previous_vaccine_id = g.previous_vaccine_id
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
            AND c.injected_on - c.completed_on >= r.min_days - %(grace_days)s)
            OVER (PARTITION BY c.person_key) AS booster1_on
    FROM completed c
    LEFT JOIN warehouse.booster_rule r ON r.booster = 1 AND c.injected_on > c.completed_on
        AND c.injected_on BETWEEN r.valid_from AND r.valid_to
), course AS MATERIALIZED (
    SELECT b.place, b.is_incoming, b.is_duplicate, b.is_given, b.n, b.first_vaccine_id, b.completed_on, b.booster1_on,
        -- No rule exists for the two vaccines, and the series is not complete without this dose.
        CASE WHEN b.is_given AND b.n > 1 AND NOT b.has_rule AND b.injected_on < coalesce(b.completed_on, 'infinity')
             THEN b.previous_vaccine_id END AS unruled_after,
        b.is_given AND coalesce(b.primary_n IS NOT NULL AND b.injected_on <= coalesce(b.completed_on, 'infinity')
            OR b.injected_on = b.booster1_on
            OR b.dose_kind IS DISTINCT FROM 'additional' AND b.injected_on - b.booster1_on >= r.min_days - %(grace_days)s,
            false) AS is_valid
    FROM boosted b
    LEFT JOIN warehouse.booster_rule r ON r.booster = 2 AND b.injected_on > b.booster1_on
        AND b.injected_on BETWEEN r.valid_from AND r.valid_to
)
SELECT b.person_key, b.source_id, b.record_id, b.updated_at, b.injected_at, b.recorded_at, b.identity_checked_at,
    b.certificate_printed_at, b.app_confirmed_at, b.batch_id, b.injected_on, b.birth_date, b.site_id, b.place_unit_id,
    b.residence_unit_id, b.status, b.identity_status, b.sex, b.dose_kind, b.birth_year, b.vaccine_id, b.dose_number,
    b.priority_group, b.age_band, b.is_recorded_at_inferred, b.residence_code, b.lot_number, b.told, b.vaccine_alias_id,
    b.site_alias_id, b.age_from, b.age_to, b.cause, c.is_duplicate, c.is_valid, c.unruled_after, false,
    c.is_duplicate <> b.is_duplicate OR c.is_valid <> b.is_valid OR c.unruled_after IS DISTINCT FROM b.unruled_after,
    c.is_given, c.n, c.first_vaccine_id, c.completed_on, c.booster1_on
FROM course c JOIN before b ON b.ctid = c.place
WHERE NOT c.is_incoming
UNION ALL
SELECT n.person_key, n.source_id, n.record_id, n.updated_at, n.injected_at, n.recorded_at, n.identity_checked_at,
    n.certificate_printed_at, n.app_confirmed_at, n.batch_id, n.injected_on, n.birth_date, n.site_id, n.place_unit_id,
    n.residence_unit_id, n.status, n.identity_status, n.sex, n.dose_kind, n.birth_year, n.vaccine_id, n.dose_number,
    n.priority_group, n.age_band, n.is_recorded_at_inferred, n.residence_code, n.lot_number, n.told, n.vaccine_alias_id,
    n.site_alias_id, n.age_from, n.age_to, n.cause, c.is_duplicate, c.is_valid, c.unruled_after,
    n.verdict = 'new' OR n.old_person_key <> n.person_key, true,
    c.is_given, c.n, c.first_vaccine_id, c.completed_on, c.booster1_on
FROM course c JOIN incoming n ON n.ctid = c.place
WHERE c.is_incoming

-- name: read_person_after
-- A person's residence is that of the last injection with a known one (0: unknown; -2: not recognised), the age band that
-- of the first one that has one. The injection's number in the upper bits makes max and min pick the last and the first.
INSERT INTO person_after (
    person_key, residence_unit_id, first_on, complete_on, booster1_on, booster2_on, second_due_on, age_band,
    priority_group, doses, first_vaccine_id, complete_vaccine_id, booster1_vaccine_id, booster2_vaccine_id,
    is_identity_shared)
WITH course AS (
    SELECT person_key,
        coalesce((max((n::bigint << 32) + residence_unit_id + 2) FILTER (WHERE residence_unit_id NOT IN (0, -2))
            & 4294967295)::integer - 2, min(residence_unit_id)) AS residence_unit_id,
        coalesce(min((n << 16) + age_band) FILTER (WHERE age_band <> 0) & 65535, 0)::smallint AS age_band,
        coalesce(max((n << 16) + priority_group) FILTER (WHERE priority_group <> 0) & 65535, 0)::smallint
            AS priority_group,
        count(*)::smallint AS doses, min(injected_on) AS first_on, min(first_vaccine_id) AS first_vaccine_id,
        min(completed_on) AS complete_on, min(booster1_on) AS booster1_on,
        min(injected_on) FILTER (WHERE is_valid AND injected_on > booster1_on) AS booster2_on,
        max(vaccine_id) FILTER (WHERE injected_on = completed_on) AS complete_vaccine_id,
        max(vaccine_id) FILTER (WHERE injected_on = booster1_on) AS booster1_vaccine_id,
        (min((n << 16) + vaccine_id) FILTER (WHERE is_valid AND injected_on > booster1_on) & 65535)::smallint
            AS booster2_vaccine_id,
        coalesce(min(birth_year) <> max(birth_year), false)
            OR coalesce(min(sex) FILTER (WHERE sex <> 'unknown') <> max(sex) FILTER (WHERE sex <> 'unknown'), false)
            AS is_identity_shared, bool_or((coalesce(told, 1) & 1) <> 0) AS is_person_told,
        max(dose_number) FILTER (WHERE dose_kind IS DISTINCT FROM 'additional') AS dose_number
    FROM after
    WHERE is_given
    GROUP BY person_key
)
-- If a source names no persons, each record counts for the stage of its dose number, and nobody is due for
-- a second dose, which may have been given.
SELECT c.person_key, c.residence_unit_id,
    CASE WHEN c.is_person_told OR c.dose_number = 1 THEN c.first_on END,
    CASE WHEN c.is_person_told THEN c.complete_on WHEN c.dose_number = v.primary_doses THEN c.first_on END,
    CASE WHEN c.is_person_told THEN c.booster1_on WHEN c.dose_number = v.primary_doses + 1 THEN c.first_on END,
    CASE WHEN c.is_person_told THEN c.booster2_on WHEN c.dose_number = v.primary_doses + 2 THEN c.first_on END,
    CASE WHEN v.primary_doses > 1 AND c.is_person_told THEN c.first_on + r.recommended_max_days END,
    c.age_band, c.priority_group, c.doses,
    CASE WHEN c.is_person_told OR c.dose_number = 1 THEN c.first_vaccine_id END,
    CASE WHEN c.is_person_told THEN c.complete_vaccine_id
         WHEN c.dose_number = v.primary_doses THEN c.first_vaccine_id END,
    CASE WHEN c.is_person_told THEN c.booster1_vaccine_id
         WHEN c.dose_number = v.primary_doses + 1 THEN c.first_vaccine_id END,
    CASE WHEN c.is_person_told THEN c.booster2_vaccine_id
         WHEN c.dose_number = v.primary_doses + 2 THEN c.first_vaccine_id END,
    c.is_identity_shared
FROM course c
JOIN warehouse.primary_series v ON v.vaccine_id = c.first_vaccine_id AND c.first_on BETWEEN v.valid_from AND v.valid_to
LEFT JOIN warehouse.dose_rule r ON r.vaccine_id = c.first_vaccine_id AND r.previous_vaccine_id = c.first_vaccine_id
    AND c.first_on BETWEEN r.valid_from AND r.valid_to
