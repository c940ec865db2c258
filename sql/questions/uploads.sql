-- What people hand in over the page: put, looked at, decided. What becomes of it: queries/uploads.sql.

-- name: put_upload
SELECT inbox.put(CAST(:relation AS text), CAST(:file_name AS text), CAST(:sha256 AS text), CAST(:size_bytes AS int),
                 CAST(:given AS jsonb), CAST(:rows AS jsonb), CAST(:faults AS jsonb), CAST(:by AS text),
                 CAST(:is_self_declared AS boolean)) AS upload_id

-- name: decide_upload
SELECT inbox.decide(CAST(:upload AS int), CAST(:decision AS text), CAST(:by AS text)) AS state

-- name: uploads
SELECT * FROM mart.uploads()
 ORDER BY upload_id DESC

-- name: upload_changes
SELECT * FROM mart.upload_changes(CAST(:upload AS int))
 ORDER BY line

-- name: upload_checks
SELECT * FROM mart.upload_checks(CAST(:upload AS int))
 ORDER BY is_fault DESC, line, "check", version
