-- The records of a batch: checked by the rules, compared with what is held of them. DuckDB's; parameters are $named.
-- `landed` are the records as they came, `held` the injections that the warehouse holds of their persons.

-- name: land
CREATE OR REPLACE TEMP TABLE landed AS
SELECT * REPLACE (sex::sex AS sex, dose_kind::dose_kind AS dose_kind, status::record_status AS status,
    identity_status::identity_status AS identity_status)
FROM given

-- name: hold
-- Injections that the warehouse holds; a record of theirs that comes again is replaced.
CREATE OR REPLACE TEMP TABLE held AS
SELECT * REPLACE (person_key::UUID AS person_key, status::record_status AS status,
    identity_status::identity_status AS identity_status, sex::sex AS sex, dose_kind::dose_kind AS dose_kind)
FROM given

-- name: hold_persons
CREATE OR REPLACE TEMP TABLE person_held AS SELECT * REPLACE (person_key::UUID AS person_key) FROM given

-- name: hold_opened
CREATE OR REPLACE TEMP TABLE opened AS FROM given

-- name: check_records
-- The rules are sentences: a record carries the name of every one that it breaks. A void needs no more than its id,
-- its time and its person: whatever else is wrong with it does not count anyway.
CREATE OR REPLACE TEMP TABLE incoming AS
WITH dated AS (
    SELECT l.*, l.rowid AS place, CAST(l.injected_at AT TIME ZONE $time_zone AS DATE) AS injected_on
    FROM landed l
), aged AS (
    SELECT d.*, a.vaccine_id, a.approved_on, a.min_age, a.alias_id AS vaccine_alias_id,
        s.site_id, s.unit_id AS place_unit_id, CASE WHEN NOT s.is_own THEN s.alias_id END AS site_alias_id,
        CASE WHEN d.residence_code IS NULL THEN 0 ELSE coalesce(u.unit_id, -2) END AS residence_unit_id,
        CASE WHEN d.birth_date IS NOT NULL THEN date_part('year', age(d.injected_on, d.birth_date))::INTEGER
             ELSE year(d.injected_on)::INTEGER - d.birth_year END AS years,
        -- Of a group of ages the oldest is asked whether somebody can have been too young.
        coalesce(years, d.age_to) AS age, coalesce(years, d.age_from) AS youngest
    FROM dated d
    LEFT JOIN vaccine_alias a ON a.alias = lower(trim(d.vaccine_code))
    LEFT JOIN site_alias s ON s.alias = d.site_code
    LEFT JOIN residence_reading u ON u.spelling = d.residence_code AND d.injected_on BETWEEN u.valid_from AND u.valid_to
), checked AS (
    SELECT g.*,
        CASE
        WHEN json_exists(g.unreadable, '$.line') THEN [json_extract_string(g.unreadable, '$.line')] -- of a file: no record at all
        WHEN g.record_id IS NOT NULL AND g.updated_at IS NOT NULL AND g.status IN ('entered-in-error', 'not-done') THEN NULL
        WHEN g.record_id IS NULL OR g.updated_at IS NULL OR g.status IS NULL OR g.unreadable IS NOT NULL
          OR g.vaccine_id IS NULL OR g.site_id IS NULL OR g.injected_at IS NULL OR g.injected_on > $today
          OR g.age < 0 OR g.birth_date > g.injected_on OR g.injected_on < g.approved_on OR g.age < g.min_age
          OR (g.told & 4096) <> 0 AND (g.dose_number IS NULL OR g.dose_number NOT BETWEEN 1 AND 9)
        THEN list_filter([
            CASE WHEN g.record_id IS NULL THEN 'missing_record_id' END,
            CASE WHEN g.updated_at IS NULL AND NOT coalesce(json_exists(g.unreadable, '$.updated_at'), false) THEN 'missing_updated_at' END,
            CASE WHEN g.status IS NULL AND NOT coalesce(json_exists(g.unreadable, '$.status'), false) THEN 'missing_status' END,
            CASE WHEN g.unreadable IS NOT NULL THEN 'unreadable_field' END,
            CASE WHEN g.vaccine_code IS NULL THEN 'missing_vaccine' WHEN g.vaccine_id IS NULL THEN 'unknown_vaccine' END,
            CASE WHEN g.site_code IS NULL THEN 'missing_site' WHEN g.site_id IS NULL THEN 'unknown_site' END,
            CASE WHEN g.injected_at IS NULL AND NOT coalesce(json_exists(g.unreadable, '$.injected_at'), false) THEN 'missing_injected_at' END,
            CASE WHEN g.injected_on > $today THEN 'future_date' END,
            CASE WHEN g.age < 0 OR g.birth_date > g.injected_on THEN 'before_birth' END,
            CASE WHEN g.injected_on < g.approved_on THEN 'before_approval' END,
            CASE WHEN g.age < g.min_age AND g.age >= 0 THEN 'under_age' END,
            CASE WHEN (g.told & 4096) <> 0 AND (g.dose_number IS NULL
                   AND NOT coalesce(json_exists(g.unreadable, '$.dose_number'), false)
                   OR g.dose_number NOT BETWEEN 1 AND 9) THEN 'bad_dose_number' END], lambda rule: rule IS NOT NULL)
        END AS rules
    FROM aged g
), compared AS (
    SELECT c.* REPLACE (coalesce(c.identity_status, 'pending'::identity_status) AS identity_status,
            coalesce(c.sex, 'unknown'::sex) AS sex, coalesce(c.priority_group, 0::SMALLINT) AS priority_group),
        i.record_id IS NULL AS is_new, i.person_key AS old_person_key, i.updated_at AS old_updated_at, i.status AS old_status,
        -- What came before this was kept is taken to tell what its source told then, or what it tells now.
        coalesce(i.told, ($told_before::INTEGER[])[$source_id], c.told) AS old_told,
        CASE WHEN i.is_recorded_at_inferred THEN i.recorded_at END AS first_seen_at,
        CASE WHEN i.record_id IS NOT NULL THEN create_sort_key(
        old_told, 'ASC NULLS LAST', i.person_key, 'ASC NULLS LAST', i.injected_at, 'ASC NULLS LAST',
        CASE WHEN NOT i.is_recorded_at_inferred THEN i.recorded_at END, 'ASC NULLS LAST',
        i.identity_checked_at, 'ASC NULLS LAST', i.certificate_printed_at, 'ASC NULLS LAST',
        i.app_confirmed_at, 'ASC NULLS LAST', i.birth_date, 'ASC NULLS LAST', i.site_id, 'ASC NULLS LAST',
        i.status, 'ASC NULLS LAST', i.identity_status, 'ASC NULLS LAST', i.sex, 'ASC NULLS LAST',
        i.dose_kind, 'ASC NULLS LAST', i.birth_year, 'ASC NULLS LAST', i.vaccine_id, 'ASC NULLS LAST',
        i.dose_number, 'ASC NULLS LAST', i.priority_group, 'ASC NULLS LAST', i.residence_code, 'ASC NULLS LAST',
        i.lot_number, 'ASC NULLS LAST', i.age_from, 'ASC NULLS LAST', i.age_to, 'ASC NULLS LAST') END AS old_content,
        i.vaccine_alias_id AS old_vaccine_alias_id, i.site_alias_id AS old_site_alias_id
    FROM checked c
    LEFT JOIN held i ON i.record_id = c.record_id AND i.source_id = $source_id
), judged AS (
    SELECT c.*,
        CASE WHEN NOT is_new THEN create_sort_key(
        told, 'ASC NULLS LAST', person_key, 'ASC NULLS LAST', injected_at, 'ASC NULLS LAST', recorded_at, 'ASC NULLS LAST',
        identity_checked_at, 'ASC NULLS LAST', certificate_printed_at, 'ASC NULLS LAST',
        app_confirmed_at, 'ASC NULLS LAST', birth_date, 'ASC NULLS LAST', site_id, 'ASC NULLS LAST',
        status, 'ASC NULLS LAST', identity_status, 'ASC NULLS LAST', sex, 'ASC NULLS LAST',
        dose_kind, 'ASC NULLS LAST', birth_year, 'ASC NULLS LAST', vaccine_id, 'ASC NULLS LAST',
        dose_number, 'ASC NULLS LAST', priority_group, 'ASC NULLS LAST', residence_code, 'ASC NULLS LAST',
        lot_number, 'ASC NULLS LAST', age_from, 'ASC NULLS LAST', age_to, 'ASC NULLS LAST') END AS content
    FROM compared c
)
SELECT j.person_key, $source_id::SMALLINT AS source_id, j.record_id, j.updated_at, j.injected_at,
    coalesce(j.recorded_at, j.first_seen_at, $now) AS recorded_at, j.identity_checked_at, j.certificate_printed_at,
    j.app_confirmed_at, $batch_id::BIGINT AS batch_id, j.injected_on, j.birth_date, j.site_id, j.place_unit_id,
    j.residence_unit_id, j.status, j.identity_status, j.sex, j.dose_kind, j.birth_year, j.vaccine_id, j.dose_number,
    j.priority_group, CASE WHEN b.age_band = y.age_band THEN b.age_band ELSE 0::SMALLINT END AS age_band, j.recorded_at IS NULL AS is_recorded_at_inferred,
    false AS is_duplicate, false AS is_valid, j.residence_code, j.lot_number, j.told, j.vaccine_alias_id, j.site_alias_id,
    j.age_from, j.age_to,
    CASE WHEN rules IS NOT NULL THEN 'quarantined'
         WHEN is_new THEN 'new'
         WHEN content = old_content THEN
             CASE WHEN $is_current AND updated_at = old_updated_at AND vaccine_alias_id IS NOT DISTINCT FROM old_vaccine_alias_id
                       AND site_alias_id IS NOT DISTINCT FROM old_site_alias_id THEN 'held' ELSE 'restamped' END
         WHEN old_status = 'completed' AND status <> 'completed' THEN 'voided'
         ELSE 'corrected' END AS verdict,
    CASE WHEN old_status = 'vanished' THEN 'vanished'
         WHEN NOT is_new AND old_status = 'completed' AND status <> 'completed' THEN 'voided'
         WHEN NOT is_new THEN 'corrected'
         -- of what nobody says when it was entered, nobody can say that it was late
         WHEN CAST(j.recorded_at AT TIME ZONE $time_zone AS DATE) > injected_on THEN 'late'
         ELSE 'new' END::cause AS cause,
    j.old_person_key, j.rules, j.old_told, j.place
FROM judged j
LEFT JOIN band_of_age b ON b.age = j.age
LEFT JOIN band_of_age y ON y.age = j.youngest
WHERE is_new OR updated_at IS NULL OR updated_at > old_updated_at
    OR (updated_at = old_updated_at AND (old_status = 'vanished' OR rules IS NULL
        AND (content > old_content OR content = old_content AND (vaccine_alias_id > old_vaccine_alias_id
            OR vaccine_alias_id = old_vaccine_alias_id AND coalesce(site_alias_id, 0) > coalesce(old_site_alias_id, 0)))))
    OR ($is_current AND (rules IS NULL OR updated_at <> old_updated_at OR content IS DISTINCT FROM old_content))

-- name: drop_repeated
-- A record that came twice in the batch: of its whole versions the newest stays, of its broken ones those that are
-- newer than that. Versions of one moment are ordered by their content as PostgreSQL orders rows (what is not there
-- comes last, text by its bytes), so that any order of arrival and any cutting into batches ends the same.
DELETE FROM incoming WHERE rowid IN (
    SELECT dropped FROM (
        SELECT i.rowid AS dropped, i.verdict, i.updated_at,
            row_number() OVER (PARTITION BY i.record_id, i.verdict = 'quarantined' ORDER BY i.updated_at DESC NULLS FIRST,
                create_sort_key(
                    i.told, 'ASC NULLS LAST', i.person_key, 'ASC NULLS LAST', i.injected_at, 'ASC NULLS LAST',
                    CASE WHEN NOT i.is_recorded_at_inferred THEN i.recorded_at END, 'ASC NULLS LAST',
                    i.identity_checked_at, 'ASC NULLS LAST', i.certificate_printed_at, 'ASC NULLS LAST',
                    i.app_confirmed_at, 'ASC NULLS LAST', i.birth_date, 'ASC NULLS LAST', i.site_id, 'ASC NULLS LAST',
                    i.status, 'ASC NULLS LAST', i.identity_status, 'ASC NULLS LAST', i.sex, 'ASC NULLS LAST',
                    i.dose_kind, 'ASC NULLS LAST', i.birth_year, 'ASC NULLS LAST', i.vaccine_id, 'ASC NULLS LAST',
                    i.dose_number, 'ASC NULLS LAST', i.priority_group, 'ASC NULLS LAST', i.residence_code, 'ASC NULLS LAST',
                    i.lot_number, 'ASC NULLS LAST', i.age_from, 'ASC NULLS LAST', i.age_to, 'ASC NULLS LAST',
                    i.vaccine_alias_id, 'ASC NULLS LAST', coalesce(i.site_alias_id, 0), 'ASC NULLS LAST') DESC, i.place) AS n,
            max(i.updated_at) FILTER (WHERE i.verdict <> 'quarantined') OVER (PARTITION BY i.record_id) AS newest_whole
        FROM incoming i
        WHERE i.record_id IN (SELECT record_id FROM incoming GROUP BY record_id HAVING count(*) > 1))
    WHERE CASE WHEN verdict = 'quarantined' THEN updated_at <= newest_whole ELSE n > 1 END)

-- name: count_incoming
SELECT count(*) FILTER (WHERE verdict IN ('new', 'corrected', 'voided')) AS loaded,
       -- A source that begins to give a field corrects nothing by it, nor gives its records to others by naming persons; nor
       -- does what follows a dose correct it: identity, certificate, app. They come in bulk, and no dose or person changes.
       count(*) FILTER (WHERE verdict = 'corrected' AND cause <> 'vanished' AND (told & ~old_told) = 0 AND NOT is_same_dose) AS corrected,
       count(*) FILTER (WHERE verdict = 'corrected' AND cause = 'vanished') AS returned,
       count(*) FILTER (WHERE verdict = 'voided') AS voided,
       count(*) FILTER (WHERE verdict = 'quarantined') AS broken,
       count(*) FILTER (WHERE verdict = 'restamped') AS restamped,
       count(*) FILTER (WHERE verdict IN ('corrected', 'voided') AND old_person_key <> person_key
           AND (old_told & 1) <> 0) AS moved,
       -- whoever lives where he lived before is no news of a residence
       count(*) FILTER (WHERE verdict IN ('new', 'corrected') AND residence_unit_id = -2 AND is_residence_new) AS unrecognised,
       count(*) FILTER (WHERE verdict IN ('new', 'corrected') AND residence_unit_id = -1 AND is_residence_new) AS outside,
       max(updated_at) AS newest_at
FROM (
    SELECT i.verdict, i.cause, i.told, i.old_told, i.person_key, i.old_person_key, i.residence_unit_id, i.updated_at,
        i.verdict = 'new' OR i.residence_code IS DISTINCT FROM h.residence_code AS is_residence_new,
        CASE WHEN i.verdict = 'corrected' THEN ROW(i.person_key, i.residence_code, i.site_id, i.vaccine_id, i.dose_number, i.dose_kind,
            i.injected_at, i.status, i.sex, i.birth_year, i.birth_date, i.age_from, i.age_to,
            i.lot_number, i.priority_group)
        IS NOT DISTINCT FROM
        ROW(h.person_key, h.residence_code, h.site_id, h.vaccine_id, h.dose_number, h.dose_kind,
            h.injected_at, h.status, h.sex, h.birth_year, h.birth_date, h.age_from, h.age_to,
            h.lot_number, h.priority_group) END AS is_same_dose
    FROM incoming i LEFT JOIN held h ON i.verdict = 'corrected' AND h.record_id = i.record_id AND h.source_id = $source_id
) AS compared

-- name: suspects
-- For the brake: what of the batch changes or voids what is held, and who lives nowhere here; as it was and as it came.
SELECT i.record_id, i.verdict, i.residence_unit_id, CASE WHEN i.person_key <> i.old_person_key THEN 'yes' END AS moved,
    i.residence_code, h.residence_code AS old_residence_code, i.site_id, h.site_id AS old_site_id,
    i.vaccine_id, h.vaccine_id AS old_vaccine_id, i.dose_number, h.dose_number AS old_dose_number,
    strftime(i.injected_at AT TIME ZONE $time_zone, '%Y-%m-%d %H:%M') AS injected_at,
    strftime(h.injected_at AT TIME ZONE $time_zone, '%Y-%m-%d %H:%M') AS old_injected_at,
    i.status, h.status AS old_status, i.sex, h.sex AS old_sex, i.birth_year, h.birth_year AS old_birth_year,
    i.birth_date, h.birth_date AS old_birth_date, i.lot_number, h.lot_number AS old_lot_number,
    i.priority_group, h.priority_group AS old_priority_group, i.identity_status, h.identity_status AS old_identity_status
FROM incoming i LEFT JOIN held h ON h.record_id = i.record_id AND h.source_id = $source_id
WHERE i.verdict IN ('corrected', 'voided') OR (i.verdict = 'new' AND i.residence_unit_id < 0)
ORDER BY i.record_id

-- name: broken
-- As they came, for the quarantine.
SELECT l.* EXCLUDE (status, sex, dose_kind, identity_status),
    l.status::VARCHAR AS status, l.sex::VARCHAR AS sex, l.dose_kind::VARCHAR AS dose_kind,
    l.identity_status::VARCHAR AS identity_status, array_to_string(i.rules, ',') AS rules
FROM incoming i JOIN landed l ON l.rowid = i.place WHERE i.verdict = 'quarantined'

-- name: ended
-- Open in quarantine no longer: what a whole version of the batch replaced; a broken one without a time is of before, and
-- so is whatever was said before a version that was read as it is now.
SELECT o.record_id, o.content, coalesce(bool_or(n.updated_at = o.updated_at), true) AS is_same_moment
FROM opened o
JOIN incoming n ON n.record_id = o.record_id AND n.verdict <> 'quarantined'
    AND (n.updated_at >= o.updated_at OR o.updated_at IS NULL
        OR $is_current AND o.record_id NOT IN (SELECT b.record_id FROM incoming b WHERE b.verdict = 'quarantined' AND b.record_id IS NOT NULL))
GROUP BY o.record_id, o.content

-- name: restamped
SELECT old_person_key AS person_key, source_id, record_id, updated_at, vaccine_alias_id, site_alias_id FROM incoming WHERE verdict = 'restamped'

-- name: retried
-- What a retry says of records in quarantine: the rules that they break now, or that a whole version is held.
SELECT l.record_id, l.updated_at,
    coalesce(bool_or(n.verdict <> 'quarantined'), false) OR coalesce(bool_or(h.updated_at >= l.updated_at), false) AS is_settled,
    array_to_string(any_value(n.rules), ',') AS rules
FROM landed l
LEFT JOIN incoming n ON n.record_id IS NOT DISTINCT FROM l.record_id AND (n.place = l.rowid OR n.verdict <> 'quarantined')
LEFT JOIN held h ON h.record_id = l.record_id AND h.source_id = $source_id
GROUP BY l.rowid, l.record_id, l.updated_at
