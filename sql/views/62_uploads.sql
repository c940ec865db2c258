-- What was handed in over the page, what it changes, and what speaks against it.

CREATE FUNCTION mart.uploads() RETURNS TABLE (
    upload_id integer, relation text, file_name text, sha256 text, lines integer, uploaded_by text, is_self_declared boolean,
    uploaded_at timestamptz, state text, faults jsonb, decided_by text, decided_at timestamptz, reason text, fault jsonb, batch_id bigint,
    began_at timestamptz, ended_by text, ended_at timestamptz, ended_batch_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT u.upload_id, u.relation, u.file_name, u.sha256, jsonb_array_length(u.rows), u.uploaded_by, u.is_self_declared,
        u.uploaded_at, u.state, u.faults, u.decided_by, u.decided_at, u.reason, u.fault, u.batch_id, b.committed_at, u.ended_by,
        u.ended_at, u.ended_batch_id
    FROM warehouse.upload u LEFT JOIN warehouse.batch b ON b.batch_id = u.batch_id
$$;

-- The rows of an upload in the warehouse's numbers; unit_id and band are NULL where the code is not known on that day.
-- before_batch: as of when to hold them against what holds: before it was applied, else now.
CREATE FUNCTION mart.upload_rows(p_upload integer) RETURNS TABLE (
    relation text, before_batch bigint, line integer, unit_code text, unit_id integer, stage smallint, age_label text,
    age_band smallint, priority_group smallint, share numeric, due_on date, source text, valid_from date, version text,
    dated_on date, persons bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT u.relation, u.batch_id - 1, r.line, r.unit_code, k.unit_id, s.stage, r.age_band, b.age_band, r.priority_group,
        r.share, r.due_on, r.source, r.valid_from, r.version, r.dated_on, r.persons
    FROM warehouse.upload u
    CROSS JOIN LATERAL jsonb_to_recordset(u.rows) AS r (line integer, unit_code text, stage text, age_band text,
        priority_group smallint, share numeric, due_on date, source text, valid_from date, version text, dated_on date,
        persons bigint)
    LEFT JOIN warehouse.unit k ON k.code = r.unit_code AND k.unit_id > 0 AND r.valid_from BETWEEN k.valid_from AND k.valid_to
    LEFT JOIN warehouse.stage s ON s.code = r.stage AND s.is_reached
    LEFT JOIN warehouse.age_band b ON b.label = r.age_band AND b.age_band > 0
    WHERE u.upload_id = p_upload
$$;

-- Line by line what an upload changes. change: 'new' (nothing was said), 'changed' (the same key says something else),
-- 'later' (from valid_from on in place of what holds from an earlier day), 'same'. One row per line whose unit is known.
-- Of populations what is before is the version of that name, else the version that coverage is divided by.
CREATE FUNCTION mart.upload_changes(p_upload integer) RETURNS TABLE (
    line integer, unit_id integer, stage smallint, age_band smallint, priority_group smallint, valid_from date, change text,
    share double precision, due_on date, persons bigint, source text, share_before double precision, due_on_before date,
    persons_before bigint, source_before text, valid_from_before date, version text, version_before text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH given AS MATERIALIZED (
        SELECT * FROM mart.upload_rows(p_upload) r
        WHERE (r.unit_code IS NULL) = (r.unit_id IS NULL) AND (r.age_label IS NULL) = (r.age_band IS NULL)
    ), used AS (
        SELECT v.version_id, v.name, v.source, v.valid_from
        FROM mart.population_in_force(mart.today(), (SELECT max(g.before_batch) FROM given g)) f
        JOIN warehouse.population_version v USING (version_id)
    )
    SELECT g.line, g.unit_id, g.stage, g.age_band, g.priority_group, g.valid_from,
        CASE WHEN b.target_id IS NULL THEN 'new'
             WHEN b.valid_from < g.valid_from THEN 'later'
             -- One that is made up and said in earnest is another: it counts in a world that is not.
             WHEN (b.share, b.due_on, b.source, b.is_sample) = (g.share::numeric(5, 4), g.due_on, g.source, false) THEN 'same'
             ELSE 'changed' END,
        g.share::double precision, g.due_on, NULL::bigint, g.source, b.share::double precision, b.due_on, NULL::bigint, b.source,
        b.valid_from, NULL, NULL
    FROM given g
    LEFT JOIN LATERAL (
        SELECT t.* FROM warehouse.target t
        WHERE t.unit_id IS NOT DISTINCT FROM g.unit_id AND t.stage = g.stage AND t.age_band IS NOT DISTINCT FROM g.age_band
          AND t.priority_group IS NOT DISTINCT FROM g.priority_group AND t.valid_from <= g.valid_from
          AND mart.holds(t.from_batch, t.until_batch, g.before_batch)
        ORDER BY t.valid_from DESC LIMIT 1) AS b ON true
    WHERE g.relation = 'targets'
    UNION ALL
    SELECT g.line, g.unit_id, NULL, g.age_band, g.priority_group, g.valid_from,
        CASE WHEN b.persons IS NULL THEN 'new' WHEN NOT b.is_same_version THEN 'later'
             WHEN b.persons = g.persons THEN 'same' ELSE 'changed' END,
        NULL, NULL, g.persons, g.source, NULL, NULL, b.persons, b.source, b.valid_from, g.version, b.name
    FROM given g
    LEFT JOIN LATERAL (
        SELECT p.persons, v.name, v.source, v.valid_from, v.name = g.version AS is_same_version
        FROM warehouse.population_version v JOIN warehouse.population p USING (version_id)
        WHERE (v.name = g.version AND NOT p.is_summed OR v.version_id = (SELECT u.version_id FROM used u))
          AND mart.holds(v.from_batch, v.until_batch, g.before_batch) AND mart.holds(p.from_batch, p.until_batch, g.before_batch)
          AND p.unit_id = g.unit_id AND p.age_band IS NOT DISTINCT FROM g.age_band
          AND p.priority_group IS NOT DISTINCT FROM g.priority_group
        ORDER BY v.name = g.version DESC LIMIT 1) AS b ON true
    WHERE g.relation = 'populations'
$$;

-- What speaks against an upload, line by line. is_fault: it cannot be applied. Indicator 24 before it holds: 'sources'
-- (another version differs by 10 % of the smaller or more), 'children' (the units below add up to something else),
-- 'growth' (more than 5 % a year against the version that coverage is divided by). value and other are the two numbers.
CREATE FUNCTION mart.upload_checks(p_upload integer) RETURNS TABLE (
    "check" text, is_fault boolean, line integer, unit_id integer, found text, value double precision, other double precision,
    difference double precision, version text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH given AS MATERIALIZED (
        SELECT * FROM mart.upload_rows(p_upload)
    ), everybody AS (
        -- Of a unit: what is said of everybody, else its bands together.
        SELECT g.unit_id, g.version, g.dated_on, g.valid_from, g.before_batch, min(g.line) AS line,
            coalesce(sum(g.persons) FILTER (WHERE g.age_band IS NULL), sum(g.persons)) AS persons
        FROM given g WHERE g.relation = 'populations' AND g.unit_id IS NOT NULL AND g.priority_group IS NULL
        GROUP BY g.unit_id, g.version, g.dated_on, g.valid_from, g.before_batch
    ), held AS (
        SELECT v.version_id, v.name, v.dated_on, p.unit_id,
            coalesce(sum(p.persons) FILTER (WHERE p.age_band IS NULL), sum(p.persons)) AS persons
        FROM warehouse.population_version v JOIN warehouse.population p USING (version_id)
        CROSS JOIN (SELECT max(e.before_batch) AS batch FROM everybody e) AS before
        WHERE EXISTS (SELECT FROM everybody e WHERE e.unit_id = p.unit_id) AND p.priority_group IS NULL
          AND mart.holds(v.from_batch, v.until_batch, before.batch) AND mart.holds(p.from_batch, p.until_batch, before.batch)
          AND NOT EXISTS (SELECT FROM everybody e WHERE e.version = v.name)
        GROUP BY v.version_id, v.name, v.dated_on, p.unit_id
    ), below AS (
        SELECT e.version, k.parent_id, sum(e.persons) AS persons, count(*) AS units
        FROM everybody e JOIN warehouse.unit k ON k.unit_id = e.unit_id GROUP BY e.version, k.parent_id
    )
    SELECT 'unit', true, g.line, NULL::integer, g.unit_code, NULL::double precision, NULL::double precision,
        NULL::double precision, NULL::text
    FROM given g WHERE g.unit_code IS NOT NULL AND g.unit_id IS NULL
    UNION ALL
    SELECT 'age', true, g.line, g.unit_id, g.age_label, NULL, NULL, NULL, NULL
    FROM given g WHERE g.age_label IS NOT NULL AND g.age_band IS NULL
    UNION ALL
    SELECT 'version', true, min(g.line), NULL, g.version, NULL, NULL, NULL, v.source
    FROM given g JOIN warehouse.population_version v ON v.name = g.version AND mart.holds(v.from_batch, v.until_batch, g.before_batch)
    WHERE (v.source, v.dated_on, v.valid_from) <> (g.source, g.dated_on, g.valid_from)
    GROUP BY g.version, v.source
    UNION ALL
    SELECT 'past', false, g.line, g.unit_id, g.due_on::text, NULL, NULL, NULL, NULL
    FROM given g WHERE g.due_on < mart.today()
    UNION ALL
    SELECT 'lower', false, c.line, c.unit_id, NULL, c.share, c.share_before, c.share - c.share_before, c.source_before
    FROM mart.upload_changes(p_upload) c WHERE c.share < c.share_before
    UNION ALL
    -- Nothing was said of the unit itself: what held there came from above.
    SELECT 'lower', false, c.line, c.unit_id, NULL, c.share, t.share, c.share - t.share, t.source
    FROM mart.upload_changes(p_upload) c
    CROSS JOIN LATERAL mart.target(ARRAY[c.age_band], ARRAY[c.priority_group], c.valid_from,
        (SELECT max(g.before_batch) FROM given g), c.unit_id) t
    WHERE c.change = 'new' AND c.unit_id IS NOT NULL AND t.stage = c.stage AND c.share < t.share
    UNION ALL
    SELECT 'sources', false, e.line, e.unit_id, NULL, e.persons::double precision, h.persons::double precision,
        ((e.persons - h.persons) / nullif(h.persons, 0))::double precision, h.name
    FROM everybody e JOIN held h ON h.unit_id = e.unit_id
    WHERE abs(e.persons - h.persons) >= 0.1 * least(e.persons, h.persons) AND e.persons <> h.persons
    UNION ALL
    SELECT 'children', false, e.line, e.unit_id, NULL, e.persons::double precision, b.persons::double precision,
        ((b.persons - e.persons) / nullif(e.persons, 0))::double precision, e.version
    FROM everybody e JOIN below b ON b.parent_id = e.unit_id AND b.version = e.version
    WHERE b.persons <> e.persons AND b.units = (
        SELECT count(*) FROM warehouse.unit k WHERE k.parent_id = e.unit_id AND e.valid_from BETWEEN k.valid_from AND k.valid_to)
    UNION ALL
    SELECT 'growth', false, e.line, e.unit_id, NULL, e.persons::double precision, h.persons::double precision,
        (power(e.persons / h.persons, 365.25 / (e.dated_on - h.dated_on)) - 1)::double precision, h.name
    FROM everybody e JOIN held h ON h.unit_id = e.unit_id
    WHERE h.version_id = (SELECT f.version_id FROM mart.population_in_force(mart.today(), e.before_batch) f)
      AND e.dated_on > h.dated_on AND e.persons > 0 AND h.persons > 0
      AND abs(power(e.persons / h.persons, 365.25 / (e.dated_on - h.dated_on)) - 1) > 0.05
$$;

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
