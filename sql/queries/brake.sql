-- The brake (a circuit breaker): what it judges by, what it stopped, and releases. Parameters are psycopg's.

-- name: history
-- The source's counters, and its open release, if any.
SELECT s.braked_after_batch, s.received, s.unchanged, s.quarantined, s.corrected, s.moved, s.unmapped, s.unrecognised,
    s.outside, r.brake_id AS release_id, r.kind AS release_kind, r.content AS released_content, r.unit AS released_unit,
    r.seen IS NOT NULL AND r.criterion <> 'lost' AS is_batch_released, r.released_at
FROM warehouse.source s LEFT JOIN warehouse.brake r ON r.source_id = s.source_id AND r.state = 'released'
WHERE s.source_id = %(source_id)s

-- name: recent
-- Running sums with the preceding batches, newest first: from where there are enough records to judge, up to where those
-- before would be enough by themselves. Released batches are excluded. A batch that is large enough is also judged alone.
WITH last AS (
    SELECT batch_id, received, received - unchanged AS fresh, quarantined, corrected, voided, moved, unmapped,
        unrecognised, outside
    FROM warehouse.batch
    WHERE source_id = %(source_id)s AND batch_id > %(after_batch)s AND kind IN ('records', 'look-back') AND received > 0
    ORDER BY batch_id DESC LIMIT %(min_records)s
), summed AS (
    SELECT l.received AS own_received, l.fresh AS own_fresh, sum(received) OVER w AS received, sum(fresh) OVER w AS fresh,
        sum(quarantined) OVER w AS quarantined, sum(corrected) OVER w AS corrected, sum(voided) OVER w AS voided,
        sum(moved) OVER w AS moved, sum(unmapped) OVER w AS unmapped, sum(unrecognised) OVER w AS unrecognised,
        sum(outside) OVER w AS outside
    FROM last l WINDOW w AS (ORDER BY batch_id DESC)
)
SELECT received::bigint, fresh::bigint, quarantined::bigint, corrected::bigint, voided::bigint, moved::bigint,
    unmapped::bigint, unrecognised::bigint, outside::bigint
FROM summed
WHERE (%(received)s + received >= %(min_records)s AND received - own_received < %(min_records)s)
   OR (%(fresh)s + fresh >= %(min_records)s AND fresh - own_fresh < %(min_records)s)
ORDER BY received

-- name: seen_of_release
SELECT seen FROM warehouse.brake WHERE brake_id = %(brake_id)s

-- name: pass
-- The current batch is the released one: end the release, so that later batches are judged again.
WITH passed AS (
    UPDATE warehouse.brake SET state = 'passed', ended_at = %(now)s, seen = NULL
    WHERE brake_id = %(brake_id)s RETURNING source_id
)
UPDATE warehouse.source s SET braked_after_batch = %(batch_id)s FROM passed p WHERE s.source_id = p.source_id

-- name: end_open
-- A new stop, or a delivery other than the released one, ends the open stop or release.
UPDATE warehouse.brake SET state = 'ended', ended_at = %(now)s, seen = NULL
WHERE source_id = %(source_id)s AND state IN ('standing', 'released')
RETURNING unit, content

-- name: end_release_of_delivery
UPDATE warehouse.delivery SET state = 'braked'
WHERE source_id = %(source_id)s AND path = %(unit)s AND sha256 = %(content)s AND state = 'loading'

-- name: keep_stop
INSERT INTO warehouse.brake (source_id, criterion, reason, kind, unit, content, seen, page_size, read_to, received,
    found, allowed, measured_by, braked_at)
VALUES (%(source_id)s, %(criterion)s, %(reason)s, %(kind)s, %(unit)s, %(content)s, %(seen)s, %(page_size)s,
    %(read_to)s, %(received)s, %(found)s, %(allowed)s, %(measured_by)s, %(now)s)
RETURNING brake_id

-- name: keep_finding
INSERT INTO warehouse.brake_finding (brake_id, rule, field, records, examples)
VALUES (%(brake_id)s, %(rule)s, %(field)s, %(records)s, %(examples)s)

-- name: stop_of_source
SELECT brake_id, kind, unit, content, page_size, read_to FROM warehouse.brake
WHERE source_id = %(source_id)s AND state = %(state)s

-- name: release
UPDATE warehouse.source SET state = 'idle', reason = NULL, state_since = %(now)s
WHERE name = %(name)s AND state = 'braked'
RETURNING source_id

-- name: release_stop
UPDATE warehouse.brake SET state = 'released', released_at = %(now)s
WHERE source_id = %(source_id)s AND state = 'standing'
RETURNING brake_id, criterion, kind, unit, content, reason

-- name: release_delivery
UPDATE warehouse.delivery SET state = 'loading', reason = NULL
WHERE source_id = %(source_id)s AND path = %(unit)s AND sha256 = %(content)s AND state = 'braked'

-- name: rules_of_batch
-- Quarantined records of a batch by rule and field: counts, and the most frequent values with one record of each.
WITH faults AS (
    SELECT q.record_id, q.record, r.rule, f.field
    FROM warehouse.quarantine q CROSS JOIN LATERAL unnest(q.rules) AS r (rule)
    LEFT JOIN mart.rule_field f ON f.rule = r.rule
    WHERE q.source_id = %(source_id)s AND q.batch_id = %(batch_id)s
), told AS (
    SELECT f.rule, f.record_id, v.field, v.value
    FROM faults f CROSS JOIN LATERAL (
        SELECT f.field, coalesce(f.record->'unreadable'->>f.field, f.record->>f.field,
            CASE WHEN f.field = 'birth_date' THEN f.record->>'birth_year' END) AS value
        WHERE f.field IS NOT NULL
        UNION ALL
        SELECT u.key, u.value FROM jsonb_each_text(coalesce(f.record->'unreadable', '{"": null}')) AS u WHERE f.field IS NULL AND u.key <> 'line'
    ) AS v
), counted AS (
    SELECT rule, field, value, count(*) AS records, min(record_id) AS record_id,
        sum(count(*)) OVER (PARTITION BY rule, field) AS in_all,
        row_number() OVER (PARTITION BY rule, field ORDER BY count(*) DESC, min(record_id)) AS n
    FROM told GROUP BY rule, field, value
)
SELECT rule, field, in_all::bigint AS in_all, record_id, value, records FROM counted WHERE n <= %(examples)s
ORDER BY in_all DESC, rule, field, n

-- name: codes
SELECT 'site_id', site_id::text, code FROM warehouse.site
UNION ALL SELECT 'vaccine_id', vaccine_id::text, code FROM warehouse.vaccine

-- name: names
SELECT name FROM warehouse.source

-- name: stops
-- Open stops and releases; with `all` also past ones.
SELECT b.brake_id, s.name AS source, b.state, b.criterion, b.kind, b.unit, b.content, b.received, b.found, b.allowed,
    b.measured_by, b.braked_at, b.released_at, b.ended_at, b.reason
FROM warehouse.brake b JOIN warehouse.source s USING (source_id)
WHERE (%(name)s::text IS NULL OR s.name = %(name)s) AND (%(all)s OR b.state IN ('standing', 'released'))
ORDER BY b.brake_id DESC LIMIT 20

-- name: findings
SELECT rule, field, records, examples FROM warehouse.brake_finding WHERE brake_id = %(brake_id)s
ORDER BY records DESC, rule, field
