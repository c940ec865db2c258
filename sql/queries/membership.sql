-- Which records each delivery of a source holds; broken ones without a number as '#' and their content.
-- Parameters are psycopg's.

-- name: listed
SELECT DISTINCT path, sha256 FROM warehouse.membership WHERE source_id = %(source_id)s

-- name: forget
DELETE FROM warehouse.membership
WHERE source_id = %(source_id)s AND path = %(path)s AND sha256 = %(sha256)s AND part >= %(part)s

-- name: keep
INSERT INTO warehouse.membership (source_id, path, sha256, part, record_ids, contents)
VALUES (%(source_id)s, %(path)s, %(sha256)s, %(part)s, %(record_ids)s::text[], %(contents)s)

-- name: last_contents
-- The digests of the last reading of a table that is read as a whole.
SELECT m.sha256, m.contents FROM warehouse.membership m
WHERE m.source_id = %(source_id)s AND m.path = %(path)s AND m.sha256 = (
    SELECT d.sha256 FROM warehouse.delivery d WHERE d.source_id = m.source_id AND d.path = m.path
    ORDER BY d.stamped_at DESC LIMIT 1)
ORDER BY m.part

-- name: forget_contents
UPDATE warehouse.membership SET contents = NULL WHERE source_id = %(source_id)s AND path = %(path)s

-- name: vanished
-- Records that are held or quarantined, and in no current delivery.
WITH current AS MATERIALIZED (
    SELECT DISTINCT n.record_id
    FROM unnest(%(paths)s::text[], %(contents)s::text[]) AS c (path, sha256)
    JOIN warehouse.membership m ON m.source_id = %(source_id)s AND m.path = c.path AND m.sha256 = c.sha256
    CROSS JOIN LATERAL unnest(m.record_ids) AS n (record_id)
), absent AS MATERIALIZED (
    SELECT r.record_id, r.person_key FROM warehouse.record r
    WHERE r.source_id = %(source_id)s AND NOT EXISTS (SELECT FROM current c WHERE c.record_id = r.record_id)
), lost AS MATERIALIZED (
    SELECT a.record_id FROM absent a
    JOIN warehouse.injection i ON i.person_key = a.person_key AND i.source_id = %(source_id)s AND i.record_id = a.record_id
    WHERE i.status <> 'vanished'
), seen AS MATERIALIZED (
    SELECT DISTINCT n.record_id
    FROM unnest(%(seen_paths)s::text[], %(seen_contents)s::text[]) AS s (path, sha256)
    JOIN warehouse.membership m ON m.source_id = %(source_id)s AND m.path = s.path AND m.sha256 = s.sha256
    CROSS JOIN LATERAL unnest(m.record_ids) AS n (record_id)
)
SELECT record_id, true AS is_counted, EXISTS (SELECT FROM seen s WHERE s.record_id = l.record_id) AS is_seen FROM lost l
UNION ALL
SELECT DISTINCT q.record_id, false, false FROM warehouse.quarantine q
WHERE q.source_id = %(source_id)s AND q.state = 'open' AND q.record_id <> ''
  AND NOT EXISTS (SELECT FROM current c WHERE c.record_id = q.record_id)
  AND NOT EXISTS (SELECT FROM lost l WHERE l.record_id = q.record_id)
UNION ALL
SELECT '#' || q.content, false, false FROM warehouse.quarantine q
WHERE q.source_id = %(source_id)s AND q.state = 'open' AND q.record_id = '' AND %(is_of_files)s
  AND NOT EXISTS (SELECT FROM current c WHERE c.record_id = '#' || q.content)

-- name: numberless
-- Broken records without a number that earlier versions held and no current delivery holds.
SELECT DISTINCT n.record_id
FROM unnest(%(earlier_paths)s::text[], %(earlier_contents)s::text[]) AS e (path, sha256)
JOIN warehouse.membership m ON m.source_id = %(source_id)s AND m.path = e.path AND m.sha256 = e.sha256
CROSS JOIN LATERAL unnest(m.record_ids) AS n (record_id)
WHERE n.record_id ~ '^#([0-9a-f]{16}|[0-9a-f-]{36})$'
  AND NOT EXISTS (SELECT FROM warehouse.record r WHERE r.source_id = %(source_id)s AND r.record_id = n.record_id)
  AND n.record_id NOT IN (
    SELECT c.record_id FROM unnest(%(paths)s::text[], %(contents)s::text[]) AS k (path, sha256)
    JOIN warehouse.membership h ON h.source_id = %(source_id)s AND h.path = k.path AND h.sha256 = k.sha256
    CROSS JOIN LATERAL unnest(h.record_ids) AS c (record_id) WHERE c.record_id ^@ '#')

-- name: to_read_again
-- By path, records of a current delivery whose held version may come from a removed or replaced one. If records carry the
-- time of their delivery, that of a later one is held already. Also vanished records that are back, which loading ignores
-- if their time is older.
WITH current AS MATERIALIZED (
    SELECT m.path, n.record_id, d.stamped_at
    FROM unnest(%(paths)s::text[], %(contents)s::text[]) AS c (path, sha256)
    JOIN warehouse.membership m ON m.source_id = %(source_id)s AND m.path = c.path AND m.sha256 = c.sha256
    JOIN warehouse.delivery d ON (d.source_id, d.path, d.sha256) = (m.source_id, m.path, m.sha256)
    CROSS JOIN LATERAL unnest(m.record_ids) AS n (record_id)
), last AS MATERIALIZED (
    SELECT record_id, max(stamped_at) AS stamped_at FROM current GROUP BY record_id
), gone AS MATERIALIZED (
    SELECT n.record_id, max(d.stamped_at) AS stamped_at
    FROM unnest(%(stale_paths)s::text[], %(stale_contents)s::text[]) AS s (path, sha256)
    JOIN warehouse.membership m ON m.source_id = %(source_id)s AND m.path = s.path AND m.sha256 = s.sha256
    LEFT JOIN warehouse.delivery d ON (d.source_id, d.path, d.sha256) = (m.source_id, m.path, m.sha256)
    CROSS JOIN LATERAL unnest(m.record_ids) AS n (record_id)
    GROUP BY n.record_id
), again AS MATERIALIZED (
    SELECT l.record_id FROM last l JOIN gone g USING (record_id)
    WHERE (NOT %(is_stamped)s OR g.stamped_at > l.stamped_at) AND l.record_id !~ '^#[0-9a-f-]{36}$'
    UNION
    SELECT l.record_id FROM warehouse.injection i JOIN last l USING (record_id)
    WHERE i.source_id = %(source_id)s AND i.status = 'vanished' AND NOT EXISTS (
        SELECT FROM warehouse.quarantine q WHERE q.source_id = i.source_id AND q.record_id = i.record_id AND q.state = 'open')
)
SELECT c.path, array_agg(DISTINCT c.record_id) FROM current c JOIN again a USING (record_id)
GROUP BY c.path, c.stamped_at ORDER BY c.stamped_at, c.path

-- name: held
SELECT (SELECT count(*) FROM warehouse.record r WHERE r.source_id = s.source_id) - s.vanished
FROM warehouse.source s WHERE s.source_id = %(source_id)s

-- name: missing
-- Counted records that earlier versions of a path held and no current delivery holds.
WITH current AS MATERIALIZED (
    SELECT DISTINCT n.record_id
    FROM unnest(%(paths)s::text[], %(contents)s::text[]) AS c (path, sha256)
    JOIN warehouse.membership m ON m.source_id = %(source_id)s AND m.path = c.path AND m.sha256 = c.sha256
    CROSS JOIN LATERAL unnest(m.record_ids) AS n (record_id)
), earlier AS MATERIALIZED (
    SELECT DISTINCT m.path, n.record_id
    FROM unnest(%(earlier_paths)s::text[], %(earlier_contents)s::text[]) AS e (path, sha256)
    JOIN warehouse.membership m ON m.source_id = %(source_id)s AND m.path = e.path AND m.sha256 = e.sha256
    CROSS JOIN LATERAL unnest(m.record_ids) AS n (record_id)
)
SELECT e.path, e.record_id FROM earlier e
JOIN warehouse.record r ON r.source_id = %(source_id)s AND r.record_id = e.record_id
JOIN warehouse.injection i ON i.person_key = r.person_key AND i.source_id = r.source_id AND i.record_id = r.record_id
WHERE i.status = 'completed' AND NOT EXISTS (SELECT FROM current c WHERE c.record_id = e.record_id)
ORDER BY e.path, e.record_id

-- name: count_missing
UPDATE warehouse.delivery d SET missing = coalesce(found.missing, 0)
FROM warehouse.delivery o
LEFT JOIN unnest(%(paths)s::text[], %(contents)s::text[], %(counts)s::integer[]) AS found (path, sha256, missing)
    ON found.path = o.path AND found.sha256 = o.sha256
WHERE o.source_id = %(source_id)s AND (d.source_id, d.path, d.sha256) = (o.source_id, o.path, o.sha256)
  AND d.missing <> coalesce(found.missing, 0)
