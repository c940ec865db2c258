-- The world, the lists that pages choose from, and the batches. One row per thing listed.

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
    SELECT DISTINCT t.priority_group FROM warehouse.balance_people_unit_filters t
    UNION SELECT DISTINCT p.priority_group FROM warehouse.population p WHERE p.priority_group IS NOT NULL
$$;

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
