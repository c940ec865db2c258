-- The one door by which a page hands something in: it may add a row to warehouse.upload and move it on, nothing else.
-- What becomes of it, the ETL decides. A schema of its own: schema mart changes nothing.

DROP SCHEMA IF EXISTS inbox CASCADE;
CREATE SCHEMA inbox;

-- Keeps a file; returns its number. Nothing holds by it yet.
CREATE FUNCTION inbox.put(
    p_relation text, p_file_name text, p_sha256 text, p_size_bytes integer, p_given jsonb, p_rows jsonb, p_faults jsonb,
    p_by text, p_is_self_declared boolean) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    moment timestamptz := (SELECT now() + make_interval(days => w.shift_days) FROM warehouse.world w);
    kept integer;
BEGIN
    IF octet_length(p_given::text) + octet_length(p_rows::text) + octet_length(p_faults::text) > 32000000
        OR jsonb_array_length(p_rows) > 20000 THEN
        RAISE EXCEPTION 'upload: too large' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    -- A form that is sent by a machine fills no disk.
    IF (SELECT count(*) FROM warehouse.upload u WHERE u.uploaded_at > moment - interval '1 hour') >= 120 THEN
        RAISE EXCEPTION 'upload: too many within the hour' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    INSERT INTO warehouse.upload (relation, file_name, sha256, size_bytes, given, rows, faults, uploaded_by, is_self_declared,
        uploaded_at, state)
    VALUES (p_relation, p_file_name, p_sha256, p_size_bytes, p_given, p_rows, p_faults, p_by, p_is_self_declared, moment,
        CASE WHEN jsonb_array_length(p_faults) > 0 THEN 'faulty' ELSE 'proposed' END)
    RETURNING upload_id INTO kept;
    RETURN kept;
END $$;

-- Moves an upload on: 'confirm' what is proposed, 'discard' it, 'withdraw' what is applied. The new state; NULL where it
-- cannot be moved so (somebody else was faster).
CREATE FUNCTION inbox.decide(p_upload integer, p_decision text, p_by text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = '' AS $$
    WITH moved AS (
        UPDATE warehouse.upload u SET
            state = m.next,
            decided_by = CASE WHEN m.next = 'confirmed' THEN p_by ELSE u.decided_by END,
            decided_at = CASE WHEN m.next = 'confirmed' THEN n.moment ELSE u.decided_at END,
            ended_by = CASE WHEN m.next <> 'confirmed' THEN p_by ELSE u.ended_by END,
            ended_at = CASE WHEN m.next <> 'confirmed' THEN n.moment ELSE u.ended_at END
        FROM (VALUES ('confirm', 'proposed', 'confirmed'), ('discard', 'proposed', 'withdrawn'),
            ('discard', 'faulty', 'withdrawn'), ('withdraw', 'applied', 'withdrawing')) AS m (decision, before, next),
            (SELECT now() + make_interval(days => w.shift_days) AS moment FROM warehouse.world w) AS n
        WHERE u.upload_id = p_upload AND m.decision = p_decision AND m.before = u.state
        RETURNING u.upload_id, u.state
    )
    -- Wakes the ETL when this commits.
    SELECT state FROM moved, LATERAL (SELECT pg_notify('warehouse_upload', moved.upload_id::text)) AS told
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA inbox FROM PUBLIC;
GRANT USAGE ON SCHEMA inbox TO dashboard_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA inbox TO dashboard_reader;
