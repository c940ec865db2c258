-- What the warehouse holds of a source, for reconciliation. Parameters are psycopg's.

-- name: create_held_key
CREATE TEMP TABLE held_key (record_id text COLLATE "C", updated_at timestamptz)

-- name: fill_held_key
-- The last version that the source gave of each record: the broken one while it is open in quarantine, whatever its time,
-- since any later arrival would have resolved it.
INSERT INTO held_key
WITH broken AS (
    SELECT record_id, max(updated_at) AS updated_at FROM warehouse.quarantine
    WHERE source_id = %(source_id)s AND state = 'open' AND updated_at IS NOT NULL AND record_id <> '' GROUP BY record_id
), whole AS (
    SELECT record_id, updated_at FROM warehouse.injection WHERE source_id = %(source_id)s AND status <> 'vanished'
)
SELECT coalesce(w.record_id, b.record_id) AS record_id, coalesce(b.updated_at, w.updated_at) AS updated_at
FROM whole w FULL JOIN broken b ON b.record_id = w.record_id

-- name: held_days
-- The digests must equal those of etl/sources/statements.py.
SELECT (updated_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS rows,
    sum(('x' || substr(md5(record_id || ' ' ||
        (extract(epoch FROM updated_at AT TIME ZONE %(zone)s) * 1000000)::bigint), 1, 15))::bit(60)::bigint) AS keys
FROM held_key WHERE updated_at < %(until)s GROUP BY day

-- name: held_keys
SELECT record_id, updated_at FROM held_key
WHERE updated_at < %(until)s AND (updated_at AT TIME ZONE %(zone)s)::date = ANY (%(days)s)

-- name: all_held_keys
SELECT record_id, updated_at FROM held_key WHERE updated_at < %(until)s

-- name: last_compared_at
SELECT max(compared_at) FROM warehouse.reconciliation WHERE source_id = %(source_id)s

-- name: write_comparison
INSERT INTO warehouse.reconciliation (source_id, compared_at, source_rows, held_rows, missing, changed, lost, is_withdrawn,
    merged, without_time, ahead, unverified, seconds)
VALUES (%(source_id)s, %(compared_at)s, %(source_rows)s, %(held_rows)s, %(missing)s, %(changed)s, %(lost)s, %(is_withdrawn)s,
    %(merged)s, %(without_time)s, %(ahead)s, %(unverified)s, %(seconds)s)

-- name: reconciled_days
SELECT day, rows, keys, content, verified_at FROM warehouse.reconciled_day WHERE source_id = %(source_id)s

-- name: forget_days
DELETE FROM warehouse.reconciled_day WHERE source_id = %(source_id)s

-- name: keep_day
INSERT INTO warehouse.reconciled_day (source_id, day, rows, keys, content, verified_at)
VALUES (%(source_id)s, %(day)s, %(rows)s, %(keys)s, %(content)s, %(verified_at)s)
