-- The open quarantine, for operators. Parameters are psycopg's; a filter that is NULL matches everything.

-- name: list
-- Counts by rule and field, and the most frequent values with one record of each.
WITH told AS (
    SELECT s.name AS source, r.rule, q.record_id, v.field, v.value
    FROM warehouse.quarantine q JOIN warehouse.source s USING (source_id) CROSS JOIN LATERAL unnest(q.rules) AS r (rule)
    LEFT JOIN mart.rule_field f ON f.rule = r.rule
    CROSS JOIN LATERAL (
        SELECT f.field, coalesce(q.record->'unreadable'->>f.field, q.record->>f.field,
            CASE WHEN f.field = 'birth_date' THEN q.record->>'birth_year' END) AS value
        WHERE f.field IS NOT NULL
        UNION ALL
        SELECT u.key, u.value FROM jsonb_each_text(coalesce(nullif(q.record->'unreadable', 'null'), '{"": null}')) AS u
        WHERE f.field IS NULL
    ) AS v
    WHERE q.state = 'open' AND (%(source)s::text IS NULL OR s.name = %(source)s)
      AND (%(rule)s::text IS NULL OR r.rule = %(rule)s) AND (%(field)s::text IS NULL OR v.field = %(field)s)
), counted AS (
    SELECT source, rule, field, value, count(*) AS records, min(record_id) AS record_id,
        sum(count(*)) OVER w AS in_all, row_number() OVER (w ORDER BY count(*) DESC, min(record_id)) AS n
    FROM told GROUP BY source, rule, field, value WINDOW w AS (PARTITION BY source, rule, field)
)
SELECT source, rule, field, in_all::bigint AS in_all, record_id, value, records FROM counted WHERE n <= %(examples)s
ORDER BY in_all DESC, source, rule, field, n

-- name: records
-- The records, oldest first.
SELECT s.name AS source, q.record_id, q.rules, b.committed_at AS received_at, q.record
FROM warehouse.quarantine q JOIN warehouse.source s USING (source_id) LEFT JOIN warehouse.batch b USING (batch_id)
WHERE q.state = 'open' AND (%(source)s::text IS NULL OR s.name = %(source)s)
  AND (%(rule)s::text IS NULL OR %(rule)s = ANY (q.rules))
  AND (%(record)s::text IS NULL OR q.record_id = %(record)s)
  AND (%(field)s::text IS NULL OR jsonb_exists(coalesce(nullif(q.record->'unreadable', 'null'), '{}'), %(field)s) OR EXISTS (
      SELECT FROM mart.rule_field f WHERE f.rule = ANY (q.rules) AND f.field = %(field)s))
ORDER BY q.batch_id, q.source_id, q.record_id, q.content
LIMIT %(limit)s
