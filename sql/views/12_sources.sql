-- Where the records come from: how each source stands, what it tells, whether the ETL lives.

-- Files of which something is not read that may be meant to be, such as hidden sheets: as they lie in the folder now.
CREATE FUNCTION mart.not_read() RETURNS TABLE (source_id smallint, path text, note text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT d.source_id, d.path, d.reason FROM warehouse.delivery d
    WHERE d.state = 'done' AND d.reason IS NOT NULL AND d.is_there AND NOT EXISTS (
        SELECT FROM warehouse.delivery n
        WHERE n.source_id = d.source_id AND n.path = d.path AND n.stamped_at > d.stamped_at)
$$;

CREATE FUNCTION mart.sources() RETURNS TABLE (
    source text, kind text, state text, reason text, last_polled_at timestamptz, last_change_at timestamptz,
    received bigint, loaded bigint, unchanged bigint, quarantined bigint, vanished bigint, open_quarantine bigint,
    is_configured boolean, is_first_load boolean, expected bigint, per_second double precision, missing bigint, missing_of text[],
    stop jsonb, source_rows bigint, held_rows bigint, merged bigint, without_time bigint, ahead bigint,
    not_read jsonb, not_read_files bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.name, s.kind, s.state, s.reason, s.last_polled_at, s.last_change_at, s.received, s.loaded, s.unchanged,
        s.quarantined, s.vanished,
        (SELECT count(*) FROM warehouse.quarantine q WHERE q.source_id = s.source_id AND q.state = 'open'),
        s.is_configured, f.is_first_load, s.expected,
        -- Of its last batches, without a pause between two runs.
        CASE WHEN f.is_first_load THEN (
            SELECT sum(b.received) / nullif(extract(epoch FROM max(b.committed_at) - min(b.started_at)), 0)
            FROM (SELECT * FROM warehouse.batch r WHERE r.source_id = s.source_id ORDER BY r.batch_id DESC LIMIT 8) AS b
            WHERE b.started_at > (SELECT max(n.committed_at) FROM warehouse.batch n WHERE n.source_id = s.source_id)
                - interval '10 minutes')::double precision END,
        coalesce(d.missing, 0), coalesce(d.paths, '{}'),
        -- What the brake stopped, while it stands, or is released and has not come again.
        (SELECT jsonb_build_object('state', b.state, 'criterion', b.criterion, 'reason', b.reason, 'unit', b.unit,
                'received', b.received, 'found', b.found, 'allowed', b.allowed, 'measured_by', b.measured_by,
                'braked_at', b.braked_at, 'released_at', b.released_at, 'findings', coalesce((
                    SELECT jsonb_agg(jsonb_build_object('rule', f.rule, 'field', f.field, 'records', f.records,
                        'examples', f.examples) ORDER BY f.records DESC, f.rule, f.field)
                    FROM warehouse.brake_finding f WHERE f.brake_id = b.brake_id), '[]'))
         FROM warehouse.brake b WHERE b.source_id = s.source_id AND b.state IN ('standing', 'released')),
        c.source_rows, c.held_rows, c.merged, c.without_time, c.ahead, coalesce(n.first, '[]'), coalesce(n.files, 0)
    FROM warehouse.source s CROSS JOIN LATERAL (SELECT mart.is_in_first_load(s.source_id, NULL) AS is_first_load) AS f
    LEFT JOIN LATERAL (SELECT * FROM warehouse.reconciliation r WHERE r.source_id = s.source_id
        ORDER BY r.compared_at DESC LIMIT 1) AS c ON true
    LEFT JOIN (SELECT source_id, sum(missing)::bigint AS missing, array_agg(path ORDER BY missing DESC, path) AS paths
        FROM warehouse.delivery WHERE missing > 0 GROUP BY source_id) AS d ON d.source_id = s.source_id
    LEFT JOIN (SELECT r.source_id, count(*) AS files,
            jsonb_agg(jsonb_build_object('file', r.path, 'note', r.note) ORDER BY r.path) FILTER (WHERE r.number <= 3) AS first
        FROM (SELECT f.*, row_number() OVER (PARTITION BY f.source_id ORDER BY f.path) AS number FROM mart.not_read() f) AS r
        GROUP BY r.source_id) AS n ON n.source_id = s.source_id
    WHERE s.deleted_at IS NULL
$$;

-- Why the reference tables were refused when they were last read, for the log and as a code with values. At most one row.
CREATE FUNCTION mart.refusal() RETURNS TABLE (said text, fault jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT w.reference_refusal, w.reference_fault FROM warehouse.world w WHERE w.reference_refusal IS NOT NULL
$$;

-- Seconds since the ETL that leads gave a sign of life, all by this server's clock; none while no ETL has run.
CREATE FUNCTION mart.heartbeat() RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT CAST(extract(epoch FROM clock_timestamp() - h.beat_at) AS double precision) FROM warehouse.heartbeat h
$$;

-- What the sources with records tell, by the optional fields (sql/told.py). One row per field: how many sources give it, and
-- the names of those that do not. And stage: which dose each was, which persons tell as well as dose numbers do.
CREATE FUNCTION mart.told() RETURNS TABLE (field text, telling bigint, silent text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT f.field, count(*) FILTER (WHERE (coalesce(s.told, f.bit) & f.bit) <> 0),
        coalesce(array_agg(s.name ORDER BY s.name) FILTER (WHERE (s.told & f.bit) = 0), '{}')
    FROM (VALUES ('person', 1), ('identity_status', 2), ('identity_checked_at', 4), ('certificate_printed_at', 8),
        ('app_confirmed_at', 16), ('recorded_at', 32), ('birth', 64), ('sex', 128), ('residence_code', 256),
        ('lot_number', 512), ('priority_group', 1024), ('dose_kind', 2048), ('dose_number', 4096), ('status', 8192),
        ('stage', 4097)
    ) AS f (field, bit)
    JOIN warehouse.source s ON s.loaded > 0 AND s.forgotten_at IS NULL
    GROUP BY f.field
$$;

-- Whether any source tells a field; without records nothing is missing.
CREATE FUNCTION mart.tells(p_field text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT NOT EXISTS (SELECT FROM mart.told() t WHERE t.field = p_field AND t.telling = 0)
$$;

-- Whether any source tells where people live, and any which dose each was: else no share of a population is known.
CREATE FUNCTION mart.tells_reach() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS
    'SELECT mart.tells(''residence_code'') AND mart.tells(''stage'')';
