-- The lists that pages choose from, and the state of the warehouse. One row per thing listed.

-- The world and what is in it: batch_id is the version of every figure, as_of the moment up to which all running
-- sources were read.
CREATE FUNCTION mart.world() RETURNS TABLE (
    name jsonb, time_zone text, root_unit_id integer, levels jsonb, is_sample boolean, shift_days integer,
    batch_id bigint, committed_at timestamptz, checked_at timestamptz,
    received bigint, loaded bigint, unchanged bigint, quarantined bigint, vanished bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT w.name, w.time_zone, w.root_unit_id, w.levels, w.is_sample, w.shift_days, l.folded_through, b.committed_at,
        (SELECT min(s.last_polled_at) FROM warehouse.source s WHERE s.is_configured),
        s.received, s.loaded, s.unchanged, s.quarantined, s.vanished
    FROM warehouse.world w
    CROSS JOIN warehouse.leader l
    LEFT JOIN warehouse.batch b ON b.batch_id = l.folded_through
    CROSS JOIN (SELECT coalesce(sum(received), 0)::bigint AS received, coalesce(sum(loaded), 0)::bigint AS loaded,
            coalesce(sum(unchanged), 0)::bigint AS unchanged, coalesce(sum(quarantined), 0)::bigint AS quarantined,
            coalesce(sum(vanished), 0)::bigint AS vanished
        FROM warehouse.source) AS s
$$;

-- The world as it was at a batch (NULL: now), counters included; whether a source was in its first load then.
CREATE FUNCTION mart.world_at(p_as_of bigint) RETURNS TABLE (
    name jsonb, time_zone text, root_unit_id integer, levels jsonb, is_sample boolean, shift_days integer,
    batch_id bigint, committed_at timestamptz, checked_at timestamptz,
    received bigint, loaded bigint, unchanged bigint, quarantined bigint, vanished bigint, is_first_load boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT w.name, w.time_zone, w.root_unit_id, w.levels, w.is_sample, w.shift_days, coalesce(p_as_of, w.batch_id),
        CASE WHEN p_as_of IS NULL THEN w.committed_at
             ELSE (SELECT b.committed_at FROM warehouse.batch b WHERE b.batch_id = p_as_of) END,
        w.checked_at, w.received - later.received, w.loaded - later.loaded, w.unchanged - later.unchanged,
        w.quarantined - later.quarantined, w.vanished - later.vanished,
        mart.is_first_load(p_as_of)
    FROM mart.world() w
    CROSS JOIN (SELECT coalesce(sum(b.received), 0) AS received, coalesce(sum(b.loaded), 0) AS loaded,
            coalesce(sum(b.unchanged), 0) AS unchanged, coalesce(sum(b.quarantined), 0) AS quarantined,
            coalesce(sum(b.vanished), 0) AS vanished
        FROM warehouse.batch b WHERE b.batch_id > coalesce(p_as_of, (SELECT folded_through FROM warehouse.leader))) AS later
$$;

CREATE VIEW mart.unit AS
    SELECT unit_id, code, name, name_en, level, parent_id, valid_from, valid_to, sort_key, successor_code
    FROM warehouse.unit;

CREATE FUNCTION mart.units() RETURNS SETOF mart.unit
LANGUAGE sql STABLE AS 'SELECT * FROM mart.unit';

CREATE VIEW mart.site AS SELECT site_id, code, name, kind, unit_id, daily_plan FROM warehouse.site;

CREATE FUNCTION mart.sites() RETURNS SETOF mart.site LANGUAGE sql STABLE AS 'SELECT * FROM mart.site';

CREATE VIEW mart.vaccine AS SELECT vaccine_id, code, name, primary_doses FROM warehouse.vaccine;

CREATE FUNCTION mart.vaccines() RETURNS SETOF mart.vaccine LANGUAGE sql STABLE AS 'SELECT * FROM mart.vaccine';

CREATE VIEW mart.age_band AS SELECT age_band, label, from_age, to_age, is_eligible FROM warehouse.age_band;

CREATE FUNCTION mart.age_bands() RETURNS SETOF mart.age_band LANGUAGE sql STABLE AS 'SELECT * FROM mart.age_band';

-- The priority groups that anybody in the figures belongs to; 0 = not given.
CREATE FUNCTION mart.priority_groups() RETURNS TABLE (priority_group smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT DISTINCT t.priority_group FROM warehouse.balance_people_total t
    UNION SELECT DISTINCT p.priority_group FROM warehouse.population p WHERE p.priority_group IS NOT NULL
$$;

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

-- The last batch that was committed at or before a moment: turns a time into an "as of".
CREATE FUNCTION mart.batch_at(p_moment timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT max(b.batch_id) FROM warehouse.batch b
    WHERE b.committed_at <= p_moment AND b.batch_id <= (SELECT folded_through FROM warehouse.leader)
$$;

CREATE FUNCTION mart.batch(p_batch bigint) RETURNS TABLE (batch_id bigint, committed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT b.batch_id, b.committed_at FROM warehouse.batch b
    WHERE b.batch_id = p_batch AND b.batch_id <= (SELECT folded_through FROM warehouse.leader)
$$;

-- The named as-ofs that can be asked again.
CREATE FUNCTION mart.closings() RETURNS TABLE (name text, batch_id bigint, closed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT c.name, c.batch_id, c.closed_at FROM warehouse.closing c
$$;
