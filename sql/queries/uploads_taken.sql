-- How the ETL takes up what people handed in. Parameters are psycopg's.

-- name: uploads_in_force
SELECT upload_id, relation, file_name, state, rows FROM warehouse.upload WHERE state = 'applied' ORDER BY batch_id, upload_id

-- name: uploads_waiting
-- In the order in which people decided.
SELECT upload_id, relation, file_name, state, rows FROM warehouse.upload WHERE state IN ('confirmed', 'withdrawing')
ORDER BY coalesce(ended_at, decided_at), upload_id

-- name: apply_upload
-- With the number of the batch to come, so that it is in its turn among those that hold.
UPDATE warehouse.upload SET state = 'applied', reason = NULL, batch_id = %(batch)s
WHERE upload_id = %(upload)s AND state = 'confirmed'

-- name: end_upload
UPDATE warehouse.upload SET state = 'withdrawn', ended_batch_id = %(batch)s
WHERE upload_id = %(upload)s AND state = 'withdrawing'

-- name: refuse_upload
-- One that was to leave and cannot, stays.
UPDATE warehouse.upload SET state = CASE WHEN state = 'withdrawing' THEN 'applied' ELSE 'refused' END, reason = %(reason)s,
    batch_id = coalesce(batch_id, %(batch)s)
WHERE upload_id = %(upload)s
