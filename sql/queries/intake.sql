-- Sources, cursors (watermarks), batches and leadership: the ETL's own state. Parameters are psycopg's.

-- name: register_source
INSERT INTO warehouse.source AS s (name, kind, keyed_as) VALUES (%(name)s, %(kind)s, %(name)s)
ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, is_configured = true
RETURNING s.source_id

-- name: note_told
-- Store which fields the settings map for a source; the first time, this is also assumed for the records that it has.
-- Returns whether there are more than before, so that its rows must be read again.
WITH before AS (
    SELECT source_id, told, received > 0 AS has_records FROM warehouse.source WHERE name = %(name)s
)
UPDATE warehouse.source s SET told = %(told)s,
    told_before = CASE WHEN b.told IS NULL AND b.has_records THEN %(told)s ELSE s.told_before END
FROM before b WHERE s.source_id = b.source_id
RETURNING b.has_records AND (%(told)s & ~b.told) <> 0 AS tells_more

-- name: read_again
UPDATE warehouse.source SET cursor_updated_at = DEFAULT, cursor_record_id = DEFAULT WHERE name = %(name)s

-- name: read_files_again
UPDATE warehouse.delivery SET state = 'loading', records_done = 0
WHERE state = 'done' AND source_id = (SELECT source_id FROM warehouse.source WHERE name = %(name)s)

-- name: identity_of_source
SELECT source_id, keyed_as, forgotten_at FROM warehouse.source WHERE name = %(name)s

-- name: read_source
SELECT source_id, state, reason, cursor_updated_at, cursor_record_id, received, loaded, unchanged, quarantined, corrected,
    retry_due_at, last_polled_at, first_loaded_batch, expected
FROM warehouse.source WHERE source_id = %(source_id)s

-- name: keep_mapping_fingerprint
-- If the settings changed, the quarantine is due for a retry.
UPDATE warehouse.source SET mapping_fingerprint = %(fingerprint)s,
    retry_due_at = CASE WHEN mapping_fingerprint <> %(fingerprint)s THEN clock_timestamp() ELSE retry_due_at END
WHERE source_id = %(source_id)s AND mapping_fingerprint IS DISTINCT FROM %(fingerprint)s

-- name: keep_reference_refusal
UPDATE warehouse.world SET reference_refusal = %(refusal)s, reference_fault = %(fault)s
WHERE (reference_refusal, reference_fault) IS DISTINCT FROM (%(refusal)s, %(fault)s::jsonb)

-- name: make_retry_due
UPDATE warehouse.source SET retry_due_at = clock_timestamp()

-- name: end_retry
-- Unless it became due again meanwhile.
UPDATE warehouse.source SET retry_due_at = NULL WHERE source_id = %(source_id)s AND retry_due_at = %(due_at)s

-- name: take_the_lead
-- Waits for the previous leader's batch and for a migration, and sees what they committed.
UPDATE warehouse.leader SET term = term + 1 RETURNING term

-- name: end_who_led
-- End sessions of a previous leader, which lost the lock: frozen within a batch, they would block this one.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'etl' AND pg_has_role(session_user, usesysid, 'USAGE') AND pid <> pg_backend_pid()

-- name: beat
-- Heartbeat; returns the current term.
UPDATE warehouse.heartbeat SET beat_at = clock_timestamp() RETURNING (SELECT term FROM warehouse.leader)

-- name: open_batch
-- Locks the row: one batch at a time, and none by a leader that was replaced while it stalled.
SELECT last_batch_id + 1 AS batch_id, folded_through, term,
    (SELECT array_agg(name ORDER BY name) FROM public.applied_migration) AS migrations,
    (SELECT array_agg((SELECT s.told_before FROM warehouse.source s WHERE s.source_id = n) ORDER BY n)
        FROM generate_series(1, (SELECT max(source_id) FROM warehouse.source)) AS n) AS told_before
FROM warehouse.leader FOR UPDATE

-- name: close_batch
INSERT INTO warehouse.batch (batch_id, source_id, kind, unit, started_at, committed_at, received, loaded, unchanged,
    quarantined, corrected, voided, vanished, moved, unmapped, unrecognised,
    outside)
VALUES (%(batch_id)s, %(source_id)s, %(kind)s, %(unit)s, %(started_at)s, %(committed_at)s, %(received)s, %(loaded)s,
    %(unchanged)s, %(quarantined)s, %(corrected)s, %(voided)s, %(vanished)s, %(moved)s,
    %(unmapped)s, %(unrecognised)s, %(outside)s)

-- name: number_batch
UPDATE warehouse.leader SET last_batch_id = %(batch_id)s

-- name: mark_folded
UPDATE warehouse.leader SET folded_through = %(batch_id)s

-- name: count_for_source
UPDATE warehouse.source SET received = received + %(received)s, loaded = loaded + %(loaded)s,
    unchanged = unchanged + %(unchanged)s, quarantined = quarantined + %(quarantined)s,
    corrected = corrected + %(corrected)s, vanished = vanished + %(vanished)s, moved = moved + %(moved)s,
    unmapped = unmapped + %(unmapped)s, unrecognised = unrecognised + %(unrecognised)s, outside = outside + %(outside)s,
    last_change_at = greatest(last_change_at, %(newest_at)s)
WHERE source_id = %(source_id)s

-- name: advance_cursor
UPDATE warehouse.source SET cursor_updated_at = %(updated_at)s, cursor_record_id = %(record_id)s
WHERE source_id = %(source_id)s

-- name: mark_polled
UPDATE warehouse.source SET last_polled_at = %(now)s, state = 'running', reason = NULL,
    state_since = CASE WHEN state = 'running' THEN state_since ELSE %(now)s END
WHERE source_id = %(source_id)s AND state <> 'braked'

-- name: mark_state
UPDATE warehouse.source SET state = %(state)s, reason = %(reason)s,
    state_since = CASE WHEN state = %(state)s AND reason IS NOT DISTINCT FROM %(reason)s THEN state_since ELSE %(now)s END
WHERE source_id = %(source_id)s

-- name: expect
UPDATE warehouse.source SET expected = %(rows)s WHERE source_id = %(source_id)s

-- name: end_first_load
-- For an empty source the first load ends with its first record.
UPDATE warehouse.source SET first_loaded_batch = CASE WHEN received > 0 THEN %(batch_id)s::bigint END
WHERE source_id = %(source_id)s AND first_loaded_batch IS NULL

-- name: idle_others
-- Sources that are no longer in the settings are not waited for.
UPDATE warehouse.source SET state = 'idle', reason = NULL, is_configured = false WHERE name <> ALL (%(names)s::text[])

-- name: age_bands_by_year
SELECT coalesce(b.age_band, 0)::smallint FROM generate_series(0, 150) AS y (age)
LEFT JOIN warehouse.age_band b ON y.age BETWEEN b.from_age AND coalesce(b.to_age, 150)
ORDER BY y.age

-- name: notify
-- NOTIFY, sent at commit: the batch that the figures include, and when the sources were last read.
SELECT pg_notify('warehouse_batch', json_build_object('batch', w.batch_id, 'committed_at', w.committed_at,
    'checked_at', w.checked_at)::text) FROM mart.world() w

-- name: create_seen_keys
CREATE TEMP TABLE seen_keys (record_id text COLLATE "C", updated_at timestamptz) ON COMMIT DROP

-- name: unknown_keys
-- Keys of the look-back window that the warehouse lacks in this or a newer version, whole or quarantined.
SELECT k.record_id FROM seen_keys k
LEFT JOIN warehouse.record r ON r.source_id = %(source_id)s AND r.record_id = k.record_id
LEFT JOIN warehouse.injection i ON i.person_key = r.person_key AND i.source_id = r.source_id AND i.record_id = r.record_id
WHERE k.record_id IS NOT NULL AND (i.updated_at IS NULL OR k.updated_at IS NULL OR i.updated_at < k.updated_at)
  AND NOT EXISTS (SELECT FROM warehouse.quarantine q WHERE q.source_id = %(source_id)s AND q.record_id = k.record_id
      AND (q.updated_at >= k.updated_at OR q.updated_at IS NULL AND k.updated_at IS NULL))
ORDER BY k.updated_at, k.record_id

-- name: open_quarantine
-- An invalid line of a file cannot be retried.
SELECT record_id, content, record FROM warehouse.quarantine WHERE state = 'open' AND source_id = %(source_id)s
  AND record->'unreadable'->'line' IS NULL
  AND (record_id, content) > (%(record_id)s, %(content)s)
ORDER BY record_id, content LIMIT %(limit)s

-- name: known_deliveries
SELECT path, sha256, size_bytes, modified_at, mark, stamped_at, records_done, state, reason, ended_at
FROM warehouse.delivery WHERE source_id = %(source_id)s
ORDER BY stamped_at, first_seen_at

-- name: write_delivery
INSERT INTO warehouse.delivery AS d (source_id, path, sha256, size_bytes, modified_at, mark, stamped_at, records_done,
    state, reason, first_seen_at, ended_at)
VALUES (%(source_id)s, %(path)s, %(sha256)s, %(size_bytes)s, %(modified_at)s, %(mark)s, %(stamped_at)s, %(records_done)s,
    %(state)s, %(reason)s, %(now)s, CASE WHEN %(state)s <> 'loading' THEN %(now)s END)
ON CONFLICT (source_id, path, sha256) DO UPDATE SET records_done = excluded.records_done, state = excluded.state,
    reason = excluded.reason, size_bytes = excluded.size_bytes, modified_at = excluded.modified_at, mark = excluded.mark,
    stamped_at = excluded.stamped_at, ended_at = excluded.ended_at

-- name: mark_touched
-- The same content with changed metadata, so that a restart need not hash it again.
UPDATE warehouse.delivery SET modified_at = %(modified_at)s, mark = %(mark)s
WHERE source_id = %(source_id)s AND path = %(path)s AND sha256 = %(sha256)s

-- name: note_present
UPDATE warehouse.delivery SET is_there = NOT is_there
WHERE source_id = %(source_id)s AND is_there <> (path = ANY (%(paths)s::text[]))

-- name: forget_unread
-- An unreadable file has no known content, and is a fault as long as it lasts.
DELETE FROM warehouse.delivery WHERE source_id = %(source_id)s AND sha256 = '' AND path <> ALL (%(paths)s::text[])

-- name: end_lines
-- After a file was read to its end, the invalid lines of its previous content are closed.
UPDATE warehouse.quarantine SET state = 'superseded', ended_batch_id = %(batch_id)s
WHERE state = 'open' AND source_id = %(source_id)s AND record_id ^@ (%(path)s || '#') AND record->'unreadable' ? 'line'
  AND updated_at < %(stamped_at)s

-- name: persons_after
SELECT person_key FROM warehouse.person WHERE person_key > %(after)s ORDER BY person_key LIMIT %(limit)s

-- name: is_any_unknown
-- Whether there are aliases that no longer exist.
SELECT EXISTS (SELECT FROM warehouse.vaccine_alias WHERE vaccine_id IS NULL)
    OR EXISTS (SELECT FROM warehouse.site_alias WHERE site_id IS NULL)

-- name: quarantine_unknown
-- Quarantine the records of such an alias, of persons whose courses were recomputed without them. One row per source.
WITH unknown AS (
    DELETE FROM warehouse.injection i USING warehouse.injection k
    LEFT JOIN warehouse.vaccine_alias a ON a.alias_id = k.vaccine_alias_id
    LEFT JOIN warehouse.vaccine v ON v.vaccine_id = k.vaccine_id
    LEFT JOIN warehouse.site own ON own.site_id = k.site_id
    LEFT JOIN warehouse.site_alias p ON p.alias_id = k.site_alias_id
    WHERE k.person_key = ANY (%(persons)s::uuid[]) AND k.status = 'completed'
      AND (a.alias_id IS NOT NULL AND a.vaccine_id IS NULL OR p.alias_id IS NOT NULL AND p.site_id IS NULL)
      AND i.person_key = k.person_key AND i.source_id = k.source_id AND i.record_id = k.record_id
    RETURNING i.source_id, i.record_id, i.updated_at,
        array_remove(ARRAY[CASE WHEN a.alias_id IS NOT NULL AND a.vaccine_id IS NULL THEN 'unknown_vaccine' END,
            CASE WHEN p.alias_id IS NOT NULL AND p.site_id IS NULL THEN 'unknown_site' END], NULL) AS rules,
        jsonb_strip_nulls(jsonb_build_object(
            'record_id', i.record_id, 'person_key', i.person_key, 'birth_date', i.birth_date, 'birth_year', i.birth_year,
            'sex', i.sex, 'residence_code', i.residence_code, 'site_code', coalesce(p.alias, own.code),
            'vaccine_code', coalesce(a.alias, v.code), 'lot_number', i.lot_number, 'dose_number', i.dose_number,
            'dose_kind', i.dose_kind, 'priority_group', i.priority_group, 'injected_at', i.injected_at,
            'recorded_at', CASE WHEN NOT i.is_recorded_at_inferred THEN i.recorded_at END, 'updated_at', i.updated_at,
            'status', i.status, 'identity_status', i.identity_status, 'identity_checked_at', i.identity_checked_at,
            'certificate_printed_at', i.certificate_printed_at, 'app_confirmed_at', i.app_confirmed_at,
            'told', i.told, 'age_from', i.age_from, 'age_to', i.age_to)) AS record
), nowhere AS (
    DELETE FROM warehouse.record r USING unknown u WHERE r.source_id = u.source_id AND r.record_id = u.record_id
), kept AS (
    INSERT INTO warehouse.quarantine AS q (source_id, record_id, content, updated_at, batch_id, rules, record)
    SELECT source_id, record_id, md5(record::text)::uuid, updated_at, %(batch_id)s, rules, record FROM unknown
    ON CONFLICT (source_id, record_id, content) DO UPDATE SET state = 'open', ended_batch_id = NULL, rules = excluded.rules
)
SELECT source_id, count(*) FROM unknown GROUP BY source_id ORDER BY source_id

-- name: course_fingerprint
-- A hash of everything that affects how all injections are classified: rules, ages, the time zone, and fields that a source
-- does not give, if that was not kept with the injections. Changes of sites, residences and aliases are tracked by person.
SELECT md5(concat(
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM warehouse.dose_rule r),
    (SELECT string_agg(r::text, ';' ORDER BY r::text) FROM warehouse.booster_rule r),
    (SELECT string_agg(s::text, ';' ORDER BY s::text) FROM warehouse.primary_series s),
    (SELECT string_agg(b.age_band || ' ' || b.from_age || ' ' || b.to_age, ';' ORDER BY b.age_band) FROM warehouse.age_band b),
    (SELECT w.time_zone FROM warehouse.world w), %(grace_days)s::text,
    (SELECT string_agg(s.source_id || ' ' || s.told_before, ';' ORDER BY s.source_id) FROM warehouse.source s
        WHERE (s.told_before & %(decides)s) <> %(decides)s))), (SELECT course_fingerprint FROM warehouse.world)

-- name: keep_course_fingerprint
UPDATE warehouse.world SET course_fingerprint = %(fingerprint)s
