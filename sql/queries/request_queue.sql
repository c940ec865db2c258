-- A queue of verbs: inserted by the command line, processed by the leader. Times are of the real clock.

-- name: who_leads
-- The holder of the leader lock: its backend process, and the verb that it runs.
SELECT a.pid, a.application_name AS verb FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND (l.classid::bigint << 32 | l.objid::bigint) = %(lock)s
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: ask
INSERT INTO warehouse.request (verb, arguments, asked_by) VALUES (%(verb)s, %(arguments)s, %(asked_by)s)
RETURNING request_id, pg_notify('warehouse_request', '')

-- name: look
SELECT state, done, expected, answer, code, reason,
    extract(epoch FROM clock_timestamp() - coalesce(heard_at, asked_at))::float AS silent_seconds
FROM warehouse.request WHERE request_id = %(request)s

-- name: withdraw
UPDATE warehouse.request SET state = 'withdrawn', ended_at = clock_timestamp()
WHERE request_id = %(request)s AND state = 'waiting'

-- name: forsake
-- Requests of a leader that ended: their outcome is unknown.
UPDATE warehouse.request SET state = 'failed', ended_at = clock_timestamp(), code = 3,
    reason = 'the ETL that worked on it ended before it was done; ask again'
WHERE state = 'running'

-- name: take_up
UPDATE warehouse.request SET state = 'running', heard_at = clock_timestamp()
WHERE request_id = (SELECT min(request_id) FROM warehouse.request WHERE state = 'waiting')
  AND state = 'waiting' -- the caller may have withdrawn it meanwhile
RETURNING request_id, verb, arguments

-- name: give_sign
UPDATE warehouse.request SET heard_at = clock_timestamp(), done = %(done)s, expected = %(expected)s
WHERE request_id = %(request)s

-- name: answer
UPDATE warehouse.request SET state = %(state)s, answer = %(answer)s, code = %(code)s, reason = %(reason)s,
    done = %(done)s, expected = %(expected)s, ended_at = clock_timestamp()
WHERE request_id = %(request)s
