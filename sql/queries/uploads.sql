-- Applies uploads of the dashboard. Parameters are psycopg's.

-- name: uploads_in_force
SELECT upload_id, relation, file_name, rows FROM warehouse.upload WHERE state = 'applied' ORDER BY batch_id, upload_id

-- name: uploads_waiting
-- In the order of confirmation.
SELECT upload_id, relation, file_name, rows FROM warehouse.upload WHERE state = 'confirmed' ORDER BY decided_at, upload_id

-- name: apply_upload
-- With the number of the next batch, which defines its precedence.
UPDATE warehouse.upload SET state = 'applied', reason = NULL, batch_id = %(batch)s
WHERE upload_id = %(upload)s AND state = 'confirmed'

-- name: end_uploads
UPDATE warehouse.upload SET state = 'withdrawn', ended_batch_id = %(batch)s WHERE state = 'withdrawing'
RETURNING upload_id, relation, file_name, rows

-- name: refuse_upload
UPDATE warehouse.upload SET state = 'refused', reason = %(reason)s, fault = %(fault)s, batch_id = %(batch)s
WHERE upload_id = %(upload)s AND state = 'confirmed'
