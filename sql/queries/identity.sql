-- Identity of sources: rename, forget, restore, delete; and detection of a source that duplicates another one.
-- Parameters are psycopg's.

-- name: list
SELECT s.name, s.kind, s.state, s.received, s.loaded, s.quarantined, s.vanished, s.forgotten_at, s.deleted_at,
    NULLIF(s.keyed_as, s.name) AS first_name
FROM warehouse.source s ORDER BY s.deleted_at IS NOT NULL, s.name

-- name: find
SELECT source_id, received, forgotten_at, deleted_at, keyed_as FROM warehouse.source WHERE name = %(name)s

-- name: drop_empty
-- Remove a source of the new name that has no records yet.
WITH stops AS (DELETE FROM warehouse.brake WHERE source_id = %(source_id)s),
    files AS (DELETE FROM warehouse.delivery WHERE source_id = %(source_id)s),
    members AS (DELETE FROM warehouse.membership WHERE source_id = %(source_id)s),
    comparisons AS (DELETE FROM warehouse.reconciliation WHERE source_id = %(source_id)s)
SELECT 1

-- name: drop_source
DELETE FROM warehouse.source WHERE source_id = %(source_id)s

-- name: rename
UPDATE warehouse.source SET name = %(to)s, state = 'idle', reason = NULL, state_since = %(now)s, is_configured = true
WHERE source_id = %(source_id)s

-- name: keep_counting
-- Remember what is counted now, and what is open in quarantine.
INSERT INTO warehouse.forgotten (source_id, record_id)
SELECT i.source_id, i.record_id FROM warehouse.injection i WHERE i.source_id = %(source_id)s AND i.status = 'completed'
ON CONFLICT DO NOTHING

-- name: keep_open
INSERT INTO warehouse.forgotten (source_id, record_id, content)
SELECT q.source_id, q.record_id, q.content FROM warehouse.quarantine q
WHERE q.source_id = %(source_id)s AND q.state = 'open'
ON CONFLICT DO NOTHING

-- name: forget
UPDATE warehouse.source SET forgotten_at = %(now)s, state = 'idle', reason = NULL, state_since = %(now)s
WHERE source_id = %(source_id)s AND forgotten_at IS NULL

-- name: forgotten_records
SELECT record_id FROM warehouse.forgotten WHERE source_id = %(source_id)s ORDER BY record_id

-- name: reopen
UPDATE warehouse.quarantine q SET state = 'open', ended_batch_id = NULL
FROM warehouse.forgotten f
WHERE f.source_id = %(source_id)s AND q.source_id = f.source_id AND q.record_id = f.record_id AND q.content = f.content
  AND q.state = 'vanished'

-- name: restore
UPDATE warehouse.source SET forgotten_at = NULL WHERE source_id = %(source_id)s

-- name: empty_forgotten
DELETE FROM warehouse.forgotten WHERE source_id = %(source_id)s

-- name: persons_of_records
SELECT DISTINCT person_key FROM warehouse.record WHERE source_id = %(source_id)s AND record_id = ANY (%(record_ids)s)

-- name: held_as_vanished
SELECT count(*) FROM warehouse.injection WHERE source_id = %(source_id)s AND status = 'vanished'

-- name: delete
WITH injections AS (DELETE FROM warehouse.injection WHERE source_id = %(source_id)s RETURNING 1),
    records AS (DELETE FROM warehouse.record WHERE source_id = %(source_id)s),
    broken AS (DELETE FROM warehouse.quarantine WHERE source_id = %(source_id)s),
    files AS (DELETE FROM warehouse.delivery WHERE source_id = %(source_id)s),
    members AS (DELETE FROM warehouse.membership WHERE source_id = %(source_id)s),
    stops AS (DELETE FROM warehouse.brake WHERE source_id = %(source_id)s),
    comparisons AS (DELETE FROM warehouse.reconciliation WHERE source_id = %(source_id)s)
SELECT count(*) FROM injections

-- name: end_source
-- The row stays, since batches refer to it; its name can be used again.
UPDATE warehouse.source SET deleted_at = %(now)s, name = name || ' (deleted, source ' || source_id || ')'
WHERE source_id = %(source_id)s

-- name: duplicate_source
-- The other source that holds most of these records: the same number and person or, without an ID, the same dose; if the
-- numbers are generated (32 digits), the same dose of the same person.
WITH given AS MATERIALIZED (
    SELECT g.record_id COLLATE "C" AS record_id, g.person_key, g.injected_at, g.site_code, g.dose_number
    FROM unnest(%(record_ids)s::text[], %(persons)s::uuid[], %(moments)s::timestamptz[], %(sites)s::text[],
        %(doses)s::smallint[]) AS g (record_id, person_key, injected_at, site_code, dose_number)
    WHERE NOT EXISTS (SELECT FROM warehouse.record r WHERE r.source_id = %(source_id)s AND r.record_id = g.record_id COLLATE "C")
), others AS (
    SELECT source_id, name FROM warehouse.source WHERE source_id <> %(source_id)s AND received > 0 AND deleted_at IS NULL
), found AS (
    SELECT o.name, g.record_id
    FROM given g CROSS JOIN others o
    JOIN warehouse.record r ON r.source_id = o.source_id AND r.record_id = g.record_id
    JOIN warehouse.injection i ON i.person_key = r.person_key AND i.source_id = r.source_id AND i.record_id = r.record_id
    LEFT JOIN warehouse.site s ON s.site_id = i.site_id
    WHERE i.person_key = g.person_key
       OR (i.injected_at = g.injected_at AND s.code = g.site_code AND i.dose_number = g.dose_number)
    UNION
    SELECT o.name, g.record_id
    FROM given g JOIN warehouse.injection i ON i.person_key = g.person_key JOIN others o ON o.source_id = i.source_id
    WHERE g.record_id ~ '^[0-9a-f]{32}$' AND i.record_id ~ '^[0-9a-f]{32}$' AND i.injected_at = g.injected_at
      AND i.dose_number = g.dose_number
)
SELECT name, count(*) AS records, (SELECT count(DISTINCT record_id) FROM given) AS of,
    (array_agg(record_id ORDER BY record_id))[1:5] AS examples
FROM found GROUP BY name ORDER BY count(*) DESC, name LIMIT 1

-- name: was_released_as_new
SELECT EXISTS (SELECT FROM warehouse.brake WHERE source_id = %(source_id)s AND criterion = 'renamed' AND state = 'passed')
