-- What a site's own page asks beside 60_sites.sql: the identity funnel, the plan by hour, stock. By place of injection.

-- Indicators 15 and 16. One row per site of the unit with doses in the days. The eight states after the first column add up
-- to the doses; unknown: their source does not tell of identity.
CREATE FUNCTION mart.site_identity(p_unit integer, p_from date, p_to date, p_as_of bigint) RETURNS TABLE (
    site_id integer, correct_before bigint, not_sent bigint, no_id bigint, bad_format bigint, pending bigint, correct bigint,
    wrong bigint, not_applicable bigint, unknown bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT e.site_id, sum(e.identity_correct_before), sum(e.identity_not_sent), sum(e.identity_no_id),
        sum(e.identity_bad_format), sum(e.identity_pending), sum(e.identity_correct),
        sum(e.identity_wrong), sum(e.identity_not_applicable), sum(e.identity_unknown)
    FROM mart.entries_posted(p_from, p_to, p_as_of) e
    JOIN warehouse.unit_ancestor a ON a.unit_id = e.place_unit_id AND a.ancestor_id = p_unit
    GROUP BY e.site_id
    HAVING sum(e.doses) <> 0
$$;

-- Planned sessions in force as of a batch. One row per site of the unit, day and opening hour.
CREATE FUNCTION mart.site_sessions(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (site_id integer, day date, from_hour smallint, to_hour smallint, planned_doses integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.site_id, s.day, s.from_hour, s.to_hour, s.planned_doses
    FROM warehouse.session s
    JOIN warehouse.site t ON t.site_id = s.site_id
    JOIN warehouse.unit_ancestor a ON a.unit_id = t.unit_id AND a.ancestor_id = p_unit
    WHERE s.day BETWEEN p_from AND p_to AND mart.holds(s.from_batch, s.to_batch, p_as_of)
$$;

-- The plan of a day spread evenly over the hours in which each session is open. One row per site of the unit and hour that
-- a session with a number of doses covers.
CREATE FUNCTION mart.site_plan_hours(p_unit integer, p_day date, p_as_of bigint)
RETURNS TABLE (site_id integer, hour integer, planned_doses double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.site_id, h.hour, sum(s.planned_doses / (s.to_hour - s.from_hour)::double precision)
    FROM mart.site_sessions(p_unit, p_day, p_day, p_as_of) s
    CROSS JOIN LATERAL generate_series(s.from_hour::integer, s.to_hour - 1) AS h (hour)
    WHERE s.planned_doses IS NOT NULL
    GROUP BY s.site_id, h.hour
$$;

-- Indicators 21 and 22 of sites that keep a stock of their own. One row per site of the unit and vaccine with a movement of
-- its own, counted as mart.stock counts a unit's.
CREATE FUNCTION mart.site_stock(p_unit integer, p_today date, p_as_of bigint) RETURNS TABLE (
    site_id integer, vaccine_id smallint, received bigint, opened bigint, discarded bigint, given bigint,
    wastage double precision, usable bigint, daily_use double precision, cover_days double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH movement AS (
        SELECT s.site_id, s.vaccine_id, s.kind, s.day, s.doses,
            max(s.day) FILTER (WHERE s.kind = 'counted') OVER (PARTITION BY s.site_id, s.vaccine_id) AS taken_on
        FROM warehouse.stock_movement s
        JOIN warehouse.site t ON t.site_id = s.site_id
        JOIN warehouse.unit_ancestor a ON a.unit_id = t.unit_id AND a.ancestor_id = p_unit
        WHERE mart.holds(s.from_batch, s.to_batch, p_as_of) AND s.day <= p_today
    ), moved AS (
        SELECT site_id, vaccine_id, taken_on,
            sum(doses) FILTER (WHERE kind = 'received') AS received,
            sum(doses) FILTER (WHERE kind = 'opened') AS opened,
            sum(doses) FILTER (WHERE kind = 'discarded') AS discarded,
            coalesce(sum(doses) FILTER (WHERE kind = 'counted' AND day = taken_on), 0) AS counted,
            coalesce(sum(doses) FILTER (WHERE kind = 'received' AND (taken_on IS NULL OR day > taken_on)), 0) AS received_since,
            coalesce(sum(doses) FILTER (WHERE kind = 'opened' AND (taken_on IS NULL OR day > taken_on)), 0) AS opened_since,
            coalesce(sum(doses) FILTER (WHERE kind = 'discarded' AND (taken_on IS NULL OR day > taken_on)), 0) AS discarded_since
        FROM movement GROUP BY site_id, vaccine_id, taken_on
    ), used AS (
        SELECT m.site_id, m.vaccine_id, sum(d.doses) AS given,
            sum(d.doses) FILTER (WHERE d.day BETWEEN p_today - 14 AND p_today - 1) AS recent,
            sum(d.doses) FILTER (WHERE m.taken_on IS NULL OR d.day > m.taken_on) AS since
        FROM moved m
        CROSS JOIN LATERAL (
            SELECT l.day, l.doses FROM mart.lots_posted(p_as_of) l
            WHERE l.site_id = m.site_id AND l.vaccine_id = m.vaccine_id AND l.day <= p_today
        ) AS d
        GROUP BY m.site_id, m.vaccine_id
    ), line AS (
        SELECT m.site_id, m.vaccine_id, m.received, m.opened, m.discarded, coalesce(u.given, 0) AS given,
            coalesce(u.recent, 0) / 14.0 AS daily_use,
            CASE WHEN m.taken_on IS NOT NULL OR m.received IS NOT NULL THEN greatest(0, m.counted + m.received_since
                - m.discarded_since - greatest(m.opened_since, coalesce(u.since, 0))) END AS usable
        FROM moved m LEFT JOIN used u USING (site_id, vaccine_id)
    )
    SELECT site_id, vaccine_id, received::bigint, opened::bigint, discarded::bigint, given::bigint,
        CASE WHEN opened >= given THEN (opened - given) / nullif(opened, 0)::double precision END, usable::bigint, daily_use::double precision,
        (usable / nullif(daily_use, 0))::double precision
    FROM line
$$;

-- Indicator 11 of a whole unit. One row: days from injection to entry, of the doses whose entry says when; NULL without any.
CREATE FUNCTION mart.entry_lag(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (doses bigint, lag_median integer, lag_p90 integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH lag AS (
        SELECT greatest(e.entered_on - e.day, 0) AS days, sum(e.doses) AS doses
        FROM mart.entered(p_unit, p_from, p_to, p_as_of) e WHERE e.entered_on IS NOT NULL
        GROUP BY greatest(e.entered_on - e.day, 0)
    ), risen AS (
        SELECT l.days, sum(l.doses) OVER (ORDER BY l.days) AS so_far, sum(l.doses) OVER () AS total FROM lag l
    )
    SELECT coalesce(max(r.total), 0)::bigint, min(r.days) FILTER (WHERE r.so_far >= 0.5 * r.total),
        min(r.days) FILTER (WHERE r.so_far >= 0.9 * r.total)
    FROM risen r
$$;
