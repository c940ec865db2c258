-- Every table of the warehouse, as a whole, for backup and restore.

-- name: tables
SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns, greatest(c.reltuples, 0)::bigint AS estimate
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'warehouse'::regnamespace AND c.relkind = 'r'
GROUP BY c.oid, c.relname ORDER BY c.relname

-- name: references
-- Foreign keys: which table must be restored before which.
SELECT DISTINCT r.relname AS child, p.relname AS parent
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_class p ON p.oid = c.confrelid
WHERE c.contype = 'f' AND r.relnamespace = 'warehouse'::regnamespace AND c.conrelid <> c.confrelid

-- name: sequences
SELECT sequencename AS name, last_value FROM pg_sequences WHERE schemaname = 'warehouse' AND last_value IS NOT NULL

-- name: migrations
SELECT name, checksum FROM public.applied_migration ORDER BY name

-- name: about
SELECT current_setting('server_version') AS postgresql, l.last_batch_id AS batch, w.key_fingerprint, w.is_sample
FROM warehouse.leader l LEFT JOIN warehouse.world w ON true

-- name: batches
SELECT count(*) FROM warehouse.batch
