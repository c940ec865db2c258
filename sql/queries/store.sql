-- Stores what a batch changes, from temporary tables that both engines fill: incoming, after, person_before and person_after
-- (load.sql), and those of the quarantine (here). Parameters are psycopg's.

-- name: create_broken
CREATE TEMP TABLE broken (
    record_id text COLLATE "C", person_key uuid, birth_date date, birth_year smallint, residence_code text,
    site_code text, vaccine_code text, lot_number text, dose_number smallint, priority_group smallint,
    injected_at timestamptz, recorded_at timestamptz, updated_at timestamptz, identity_checked_at timestamptz,
    certificate_printed_at timestamptz, app_confirmed_at timestamptz, told integer, age_from smallint, age_to smallint,
    unreadable jsonb,
    status warehouse.record_status, sex warehouse.sex, dose_kind warehouse.dose_kind,
    identity_status warehouse.identity_status, rules text
) ON COMMIT DELETE ROWS

-- name: create_written
CREATE TEMP TABLE written (
    record_id text COLLATE "C", content uuid, updated_at timestamptz, rules text[], record jsonb
) ON COMMIT DELETE ROWS

-- name: create_ended
CREATE TEMP TABLE ended (record_id text COLLATE "C", content uuid, is_same_moment boolean) ON COMMIT DELETE ROWS

-- name: create_retried
CREATE TEMP TABLE retried (
    record_id text COLLATE "C", updated_at timestamptz, is_settled boolean, rules text
) ON COMMIT DELETE ROWS

-- name: write_broken
INSERT INTO written
SELECT coalesce(record_id, ''), md5(record::text)::uuid, updated_at, string_to_array(rules, ','), record
FROM broken CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object(
    'record_id', record_id, 'person_key', person_key, 'birth_date', birth_date, 'birth_year', birth_year,
    'sex', sex, 'residence_code', residence_code, 'site_code', site_code, 'vaccine_code', vaccine_code,
    'lot_number', lot_number, 'dose_number', dose_number, 'dose_kind', dose_kind,
    'priority_group', priority_group, 'injected_at', injected_at, 'recorded_at', recorded_at,
    'updated_at', updated_at, 'status', status, 'identity_status', identity_status,
    'identity_checked_at', identity_checked_at, 'certificate_printed_at', certificate_printed_at,
    'app_confirmed_at', app_confirmed_at, 'told', told, 'age_from', age_from, 'age_to', age_to,
    'unreadable', unreadable)) AS record) AS made

-- name: quarantine_records
-- Returns how many are new, how many of them because of an unknown vaccine or site, and the contents of those without a
-- number. A version that is read again because a newer one is gone is open again.
WITH kept AS (
    INSERT INTO warehouse.quarantine AS q (source_id, record_id, content, updated_at, batch_id, rules, record)
    SELECT DISTINCT ON (record_id, content) %(source_id)s, record_id, content, updated_at, %(batch_id)s, rules, record
    FROM written ORDER BY record_id, content
    ON CONFLICT (source_id, record_id, content)
    DO UPDATE SET state = 'open', ended_batch_id = NULL, rules = excluded.rules
    WHERE q.state = 'vanished' OR (%(is_current)s AND q.state = 'superseded')
    RETURNING q.rules
)
SELECT count(*), count(*) FILTER (WHERE rules && '{unknown_vaccine,unknown_site}'),
    (SELECT array_agg(DISTINCT '#' || content) FROM written WHERE record_id = '')
FROM kept

-- name: end_replaced
-- Close versions that were replaced by a whole version, of this batch or before.
UPDATE warehouse.quarantine q
SET state = CASE WHEN e.is_same_moment THEN 'resolved' ELSE 'superseded' END, ended_batch_id = %(batch_id)s
FROM ended e
WHERE q.source_id = %(source_id)s AND q.record_id = e.record_id AND q.content = e.content

-- name: end_superseded
-- Close versions that were replaced by a newer broken version, or by one that was read again.
UPDATE warehouse.quarantine q SET state = 'superseded', ended_batch_id = %(batch_id)s
FROM (
    SELECT DISTINCT o.source_id, o.record_id, o.content
    FROM (SELECT DISTINCT record_id FROM written WHERE record_id <> '') AS n
    JOIN warehouse.quarantine o ON o.source_id = %(source_id)s AND o.record_id = n.record_id AND o.state = 'open'
    JOIN warehouse.quarantine newer ON newer.source_id = o.source_id AND newer.record_id = o.record_id AND newer.state = 'open'
        AND (%(is_current)s AND (newer.record_id, newer.content) IN (SELECT w.record_id, w.content FROM written w),
                newer.updated_at, newer.content)
            > (%(is_current)s AND (o.record_id, o.content) IN (SELECT w.record_id, w.content FROM written w),
                o.updated_at, o.content)
) AS w
WHERE (q.source_id, q.record_id, q.content) = (w.source_id, w.record_id, w.content)

-- name: restamp
UPDATE warehouse.injection i SET updated_at = n.updated_at, vaccine_alias_id = n.vaccine_alias_id,
    site_alias_id = n.site_alias_id
FROM incoming n
WHERE n.verdict = 'restamped'
  AND i.person_key = n.old_person_key AND i.source_id = n.source_id AND i.record_id = n.record_id

-- name: settle_retried
-- After a retry, close records whose time of change was unreadable before: no comparison of times could close them.
UPDATE warehouse.quarantine q SET state = 'resolved', ended_batch_id = %(batch_id)s
FROM retried r
WHERE q.state = 'open' AND q.source_id = %(source_id)s AND q.updated_at IS NULL AND q.record_id = r.record_id
  AND q.record->'unreadable' ? 'updated_at' AND r.updated_at IS NOT NULL AND r.is_settled

-- name: keep_rules_of_retry
-- A record that is still broken stays open, with the rules that it breaks now.
UPDATE warehouse.quarantine q SET rules = string_to_array(r.rules, ',')
FROM retried r
WHERE r.rules IS NOT NULL AND q.state = 'open' AND q.source_id = %(source_id)s
  AND q.record_id = coalesce(r.record_id, '') AND q.updated_at IS NOT DISTINCT FROM r.updated_at
  AND q.rules <> string_to_array(r.rules, ',')

-- name: delete_moved
-- person_key is never updated: a record that moves to another person is deleted and inserted.
DELETE FROM warehouse.injection i USING incoming n
WHERE n.verdict IN ('corrected', 'voided') AND n.old_person_key <> n.person_key
  AND i.person_key = n.old_person_key AND i.source_id = n.source_id AND i.record_id = n.record_id

-- name: add_injections
-- A plain INSERT: new rows need no conflict check, since there is no other writer.
INSERT INTO warehouse.injection (
    person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, unruled_after)
SELECT person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, unruled_after
FROM after WHERE is_new ORDER BY person_key

-- name: change_injections
INSERT INTO warehouse.injection (
    person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, unruled_after)
SELECT person_key, source_id, record_id, updated_at, injected_at, recorded_at, identity_checked_at,
    certificate_printed_at, app_confirmed_at, batch_id, injected_on, birth_date, site_id, place_unit_id,
    residence_unit_id, status, identity_status, sex, dose_kind, birth_year, vaccine_id, dose_number, priority_group,
    age_band, is_recorded_at_inferred, is_duplicate, is_valid, residence_code, lot_number, told, vaccine_alias_id,
    site_alias_id, age_from, age_to, unruled_after
FROM after WHERE is_altered AND NOT is_new
ON CONFLICT (person_key, source_id, record_id) DO UPDATE SET
    updated_at = excluded.updated_at, injected_at = excluded.injected_at, recorded_at = excluded.recorded_at,
    identity_checked_at = excluded.identity_checked_at, certificate_printed_at = excluded.certificate_printed_at,
    app_confirmed_at = excluded.app_confirmed_at, batch_id = excluded.batch_id, injected_on = excluded.injected_on,
    birth_date = excluded.birth_date, site_id = excluded.site_id, place_unit_id = excluded.place_unit_id,
    residence_unit_id = excluded.residence_unit_id, status = excluded.status,
    identity_status = excluded.identity_status, sex = excluded.sex, dose_kind = excluded.dose_kind,
    birth_year = excluded.birth_year, vaccine_id = excluded.vaccine_id, dose_number = excluded.dose_number,
    priority_group = excluded.priority_group, age_band = excluded.age_band,
    is_recorded_at_inferred = excluded.is_recorded_at_inferred, is_duplicate = excluded.is_duplicate,
    is_valid = excluded.is_valid, residence_code = excluded.residence_code, lot_number = excluded.lot_number,
    told = excluded.told,
    vaccine_alias_id = excluded.vaccine_alias_id, site_alias_id = excluded.site_alias_id, age_from = excluded.age_from,
    age_to = excluded.age_to, unruled_after = excluded.unruled_after

-- name: add_records
-- Here and below sorted by key, for locality in the index.
INSERT INTO warehouse.record (source_id, record_id, person_key)
SELECT source_id, record_id, person_key FROM incoming WHERE verdict = 'new' ORDER BY record_id

-- name: change_records
UPDATE warehouse.record r SET person_key = n.person_key
FROM incoming n
WHERE n.verdict IN ('corrected', 'voided') AND n.old_person_key <> n.person_key
  AND r.source_id = n.source_id AND r.record_id = n.record_id

-- name: add_persons
INSERT INTO warehouse.person (
    person_key, residence_unit_id, first_on, complete_on, booster1_on, booster2_on, second_due_on, age_band, priority_group,
    doses, first_vaccine_id, complete_vaccine_id, booster1_vaccine_id, booster2_vaccine_id, is_identity_shared)
SELECT a.* FROM person_after a
WHERE NOT EXISTS (SELECT 1 FROM person_before b WHERE b.person_key = a.person_key)
ORDER BY a.person_key

-- name: change_persons
UPDATE warehouse.person p SET
    residence_unit_id = a.residence_unit_id, first_on = a.first_on, complete_on = a.complete_on,
    booster1_on = a.booster1_on, booster2_on = a.booster2_on, second_due_on = a.second_due_on, age_band = a.age_band,
    priority_group = a.priority_group, doses = a.doses, first_vaccine_id = a.first_vaccine_id,
    complete_vaccine_id = a.complete_vaccine_id, booster1_vaccine_id = a.booster1_vaccine_id,
    booster2_vaccine_id = a.booster2_vaccine_id, is_identity_shared = a.is_identity_shared
FROM person_after a JOIN person_before b ON b.person_key = a.person_key
WHERE p.person_key = a.person_key AND a IS DISTINCT FROM b

-- name: delete_persons
DELETE FROM warehouse.person p USING person_before b
WHERE p.person_key = b.person_key AND NOT EXISTS (SELECT FROM person_after a WHERE a.person_key = b.person_key)
