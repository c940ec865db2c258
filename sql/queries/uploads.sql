-- What people hand in over the page: put, looked at, decided. Parameters are SQLAlchemy's.

-- name: put_upload
SELECT inbox.put(CAST(:relation AS text), CAST(:file_name AS text), CAST(:sha256 AS text), CAST(:size_bytes AS int),
                 CAST(:given AS jsonb), CAST(:rows AS jsonb), CAST(:faults AS jsonb), CAST(:by AS text),
                 CAST(:is_self_declared AS boolean)) AS upload_id

-- name: decide_upload
SELECT inbox.decide(CAST(:upload AS int), CAST(:decision AS text), CAST(:by AS text)) AS state

-- name: uploads
SELECT upload_id, relation, file_name, sha256, lines, uploaded_by, is_self_declared, uploaded_at, state, faults,
       decided_by, decided_at, reason, batch_id, began_at, ended_by, ended_at, ended_batch_id
  FROM mart.uploads()
 ORDER BY upload_id DESC

-- name: upload_changes
SELECT line, unit_id, stage, age_band, priority_group, valid_from, change, share, due_on, persons, source, share_before,
       due_on_before, persons_before, source_before, valid_from_before, version, version_before
  FROM mart.upload_changes(CAST(:upload AS int))
 ORDER BY line

-- name: upload_checks
SELECT "check", is_fault, line, unit_id, found, value, other, difference, version
  FROM mart.upload_checks(CAST(:upload AS int))
 ORDER BY is_fault DESC, line, "check", version
