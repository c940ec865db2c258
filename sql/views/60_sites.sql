-- Sites: what each gave, entered, printed; who is silent; what is planned. By place of injection.

-- One row per site of the unit. has_session and plan_today: as in mart.site_plan. Of the days p_from to p_to (today when
-- neither is given): doses and what the directive asks of them; days from injection to entry (indicator 11): median and P90
-- of those that say when. *_unknown: of the doses, those of which their source does not tell it; no share counts them.
-- late_today: doses of earlier days that were entered today.
CREATE FUNCTION mart.site_figures(p_unit integer, p_from date, p_to date, p_today date, p_as_of bigint) RETURNS TABLE (
    {each @ bigint}, site_id integer, unit_id integer, has_session boolean, plan_today bigint, doses_today bigint,
    doses_yesterday bigint, lag_median integer, lag_p90 integer, late_today bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH days AS (
        SELECT CASE WHEN p_from IS NULL AND p_to IS NULL THEN p_today ELSE coalesce(p_from, '-infinity') END AS first,
            CASE WHEN p_from IS NULL AND p_to IS NULL THEN p_today ELSE coalesce(p_to, 'infinity') END AS last
    ), site AS (
        SELECT s.site_id, s.unit_id FROM warehouse.site s
        JOIN warehouse.unit_ancestor a ON a.unit_id = s.unit_id AND a.ancestor_id = p_unit
    ), summed AS (
        SELECT e.site_id, {each sum(e.@) AS @}
        FROM days CROSS JOIN LATERAL mart.entries_posted(days.first, days.last, p_as_of) e
        WHERE e.site_id IN (SELECT s.site_id FROM site s)
        GROUP BY e.site_id
    ), recent AS (
        SELECT e.site_id, sum(e.doses) FILTER (WHERE e.day = p_today) AS today,
            sum(e.doses) FILTER (WHERE e.day = p_today - 1) AS yesterday
        FROM mart.entries_posted(p_today - 1, p_today, p_as_of) e
        WHERE e.site_id IN (SELECT s.site_id FROM site s)
        GROUP BY e.site_id
    ), lag AS (
        SELECT e.site_id, greatest(e.entered_on - e.day, 0) AS days, sum(e.doses) AS doses
        FROM days CROSS JOIN LATERAL mart.entry_days(p_unit, days.first, days.last, p_as_of) e
        WHERE e.entered_on IS NOT NULL GROUP BY e.site_id, greatest(e.entered_on - e.day, 0)
    ), risen AS (
        SELECT l.site_id, l.days, sum(l.doses) OVER (PARTITION BY l.site_id ORDER BY l.days) AS so_far,
            sum(l.doses) OVER (PARTITION BY l.site_id) AS total
        FROM lag l
    ), lags AS (
        SELECT r.site_id, min(r.days) FILTER (WHERE r.so_far >= 0.5 * r.total) AS median,
            min(r.days) FILTER (WHERE r.so_far >= 0.9 * r.total) AS p90
        FROM risen r GROUP BY r.site_id
    ), late AS (
        SELECT q.site_id, sum(q.doses) AS doses FROM mart.late_entries(p_unit, p_today, p_as_of) q GROUP BY q.site_id
    )
    SELECT {each coalesce(m.@, 0)::bigint}, s.site_id, s.unit_id, p.has_session, p.planned_doses,
        coalesce(r.today, 0)::bigint, coalesce(r.yesterday, 0)::bigint, g.median, g.p90, coalesce(q.doses, 0)::bigint
    FROM site s
    JOIN mart.site_plan(p_today, p_as_of) p ON p.site_id = s.site_id
    LEFT JOIN summed m ON m.site_id = s.site_id
    LEFT JOIN recent r ON r.site_id = s.site_id
    LEFT JOIN lags g ON g.site_id = s.site_id
    LEFT JOIN late q ON q.site_id = s.site_id
$$;

-- Indicator 13, of this moment. One row per site of the unit: silent when a session is open and nothing was recorded for
-- so many minutes since it opened. NULL where no table of sessions reaches the day.
CREATE FUNCTION mart.site_watch(p_unit integer, p_minutes integer, p_now timestamptz) RETURNS TABLE (
    site_id integer, heard_at timestamptz, is_planned boolean, is_open boolean, is_silent boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH moment AS (
        SELECT (p_now AT TIME ZONE w.time_zone)::date AS day, date_part('hour', p_now AT TIME ZONE w.time_zone) AS hour, w.time_zone
        FROM warehouse.world w
    ), session AS (
        SELECT s.site_id, bool_or(m.hour >= s.from_hour AND m.hour < s.until_hour) AS is_open,
            max((m.day + make_interval(hours => s.from_hour)) AT TIME ZONE m.time_zone)
                FILTER (WHERE m.hour >= s.from_hour AND m.hour < s.until_hour) AS opened_at
        FROM warehouse.session s JOIN moment m ON m.day = s.day
        WHERE mart.holds(s.from_batch, s.until_batch, NULL)
        GROUP BY s.site_id
    ), known AS MATERIALIZED (
        -- once, and not for each site
        SELECT mart.sessions_reach(m.day, NULL) AS is_known FROM moment m
    )
    SELECT s.site_id, h.heard_at, CASE WHEN k.is_known THEN o.site_id IS NOT NULL END,
        CASE WHEN k.is_known THEN coalesce(o.is_open, false) END,
        CASE WHEN k.is_known THEN coalesce(o.is_open AND
            p_now - greatest(h.heard_at, o.opened_at) > make_interval(mins => p_minutes), false) END
    FROM warehouse.site s
    JOIN warehouse.unit_ancestor a ON a.unit_id = s.unit_id AND a.ancestor_id = p_unit
    CROSS JOIN known k
    LEFT JOIN session o ON o.site_id = s.site_id
    LEFT JOIN warehouse.site_heard h ON h.site_id = s.site_id
$$;

-- Doses of one day by hour of injection at each site of the unit. One row per site and hour with doses.
CREATE FUNCTION mart.site_hours(p_unit integer, p_day date, p_as_of bigint)
RETURNS TABLE (site_id integer, hour smallint, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT e.site_id, e.hour, sum(e.doses)
    FROM mart.hours_posted(p_day, p_as_of) e
    JOIN warehouse.unit_ancestor a ON a.unit_id = e.place_unit_id AND a.ancestor_id = p_unit
    GROUP BY e.site_id, e.hour
    HAVING sum(e.doses) <> 0
$$;

-- One site by day. One row per day with doses or a session; planned_doses NULL where no session says.
CREATE FUNCTION mart.site_days(p_site integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (
    day date, doses bigint, duplicates bigint, entered_same_day bigint, entered_unknown bigint, has_session boolean,
    planned_doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH given AS (
        SELECT e.day, sum(e.doses) AS doses, sum(e.duplicates) AS duplicates, sum(e.entered_same_day) AS same_day,
            sum(e.entered_unknown) AS unknown
        FROM mart.entries_posted(p_from, p_to, p_as_of) e
        WHERE e.site_id = p_site
        GROUP BY e.day
        HAVING sum(e.doses) <> 0 OR sum(e.duplicates) <> 0
    ), session AS (
        SELECT s.day, CASE WHEN count(*) = count(s.planned_doses) THEN sum(s.planned_doses) END AS planned
        FROM warehouse.session s
        WHERE s.site_id = p_site AND mart.holds(s.from_batch, s.until_batch, p_as_of)
          AND s.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
        GROUP BY s.day
    )
    SELECT day, coalesce(g.doses, 0)::bigint, coalesce(g.duplicates, 0)::bigint, coalesce(g.same_day, 0)::bigint,
        coalesce(g.unknown, 0)::bigint, s.day IS NOT NULL, s.planned
    FROM given g FULL JOIN session s USING (day)
$$;

-- What a site used. One row per vaccine, dose number as recorded and lot ('' = none recorded).
CREATE FUNCTION mart.site_used(p_site integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (vaccine_id smallint, dose_number smallint, lot_number text, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT d.vaccine_id, d.dose_number, d.lot_number, sum(d.doses)
    FROM mart.lots_posted(p_as_of) d
    WHERE d.site_id = p_site AND d.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    GROUP BY d.vaccine_id, d.dose_number, d.lot_number
    HAVING sum(d.doses) <> 0
$$;

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
RETURNS TABLE (site_id integer, day date, from_hour smallint, until_hour smallint, planned_doses integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.site_id, s.day, s.from_hour, s.until_hour, s.planned_doses
    FROM warehouse.session s
    JOIN warehouse.site t ON t.site_id = s.site_id
    JOIN warehouse.unit_ancestor a ON a.unit_id = t.unit_id AND a.ancestor_id = p_unit
    WHERE s.day BETWEEN p_from AND p_to AND mart.holds(s.from_batch, s.until_batch, p_as_of)
$$;

-- The plan of a day spread evenly over the hours in which each session is open. One row per site of the unit and hour that
-- a session with a number of doses covers.
CREATE FUNCTION mart.site_plan_hours(p_unit integer, p_day date, p_as_of bigint)
RETURNS TABLE (site_id integer, hour integer, planned_doses double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT s.site_id, h.hour, sum(s.planned_doses / (s.until_hour - s.from_hour)::double precision)
    FROM mart.site_sessions(p_unit, p_day, p_day, p_as_of) s
    CROSS JOIN LATERAL generate_series(s.from_hour::integer, s.until_hour - 1) AS h (hour)
    WHERE s.planned_doses IS NOT NULL
    GROUP BY s.site_id, h.hour
$$;
