-- Queries of the operator's verbs.

-- name: state
SELECT l.last_batch_id AS batch, l.folded_through, b.committed_at, w.is_sample, w.shift_days,
    (SELECT count(*) FROM warehouse.quarantine WHERE state = 'open') AS open_quarantine, w.reference_refusal,
    (SELECT extract(epoch FROM clock_timestamp() - beat_at)::float FROM warehouse.heartbeat) AS etl_silent_seconds
FROM warehouse.leader l CROSS JOIN warehouse.world w LEFT JOIN warehouse.batch b ON b.batch_id = l.last_batch_id

-- name: sources
SELECT s.name, s.kind, CASE WHEN s.is_configured THEN s.state ELSE 'removed' END AS state, s.reason, s.last_polled_at, s.last_change_at, s.received, s.loaded, s.unchanged,
    s.quarantined, s.vanished, c.compared_at, c.source_rows, c.held_rows, c.lost, c.is_withdrawn, c.merged, c.without_time, c.ahead,
    coalesce(c.source_rows = c.held_rows AND c.merged + c.without_time + c.ahead = 0, true) AS is_equal,
    (SELECT string_agg(concat_ws(' ', d.missing, CASE d.missing WHEN 1 THEN 'record of' ELSE 'records of' END, d.path,
            CASE d.missing WHEN 1 THEN 'is' ELSE 'are' END, 'no longer in it'), ', ' ORDER BY d.missing DESC, d.path)
        FROM warehouse.delivery d WHERE d.source_id = s.source_id AND d.missing > 0) AS no_longer_there,
    (SELECT string_agg(r.rule || ' ' || r.n, ', ' ORDER BY r.n DESC, r.rule) FROM (
        SELECT rule, count(*) AS n FROM warehouse.quarantine q CROSS JOIN unnest(q.rules) AS rule
        WHERE q.source_id = s.source_id AND q.state = 'open' GROUP BY rule) AS r) AS open_rules,
    (SELECT concat_ws(' ', 'released at', to_char(b.released_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), 'UTC, not delivered again yet:',
        coalesce(b.unit, b.kind), left(b.content, 12))
     FROM warehouse.brake b WHERE b.source_id = s.source_id AND b.state = 'released') AS open_release,
    (SELECT string_agg(n.path || ': ' || n.note, '; ' ORDER BY n.path) FROM mart.not_read() n
        WHERE n.source_id = s.source_id) AS not_read
FROM warehouse.source s
LEFT JOIN LATERAL (SELECT * FROM warehouse.reconciliation r WHERE r.source_id = s.source_id
    ORDER BY r.compared_at DESC LIMIT 1) AS c ON true
WHERE s.deleted_at IS NULL
ORDER BY s.name

-- name: estimate_injections
SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'warehouse.injection'::regclass

-- name: estimate_persons
SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'warehouse.person'::regclass

-- name: open_quarantine
SELECT count(*) FROM warehouse.quarantine WHERE state = 'open'

-- name: shift
SELECT shift_days FROM warehouse.world

-- name: is_folded
SELECT folded_through = last_batch_id FROM warehouse.leader

-- name: residences_not_recognised
-- Doses with a residence that is not recognised, by spelling; marked if it is the code of a unit on other days.
SELECT n.spelling, n.doses, u.code AS is_on_other_days
FROM mart.not_recognised() n LEFT JOIN warehouse.unit u USING (unit_id)
ORDER BY n.doses DESC, n.spelling LIMIT 50

-- name: pairs_without_rule
-- Doses that are not valid because dose_rules has no rule for the two vaccines.
SELECT b.code AS previous_vaccine, v.code AS vaccine, p.doses, p.people
FROM mart.unruled_pairs() p
JOIN warehouse.vaccine b ON b.vaccine_id = p.before_vaccine_id JOIN warehouse.vaccine v ON v.vaccine_id = p.vaccine_id
ORDER BY p.people DESC, b.code, v.code
