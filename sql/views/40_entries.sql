-- What is entered of each dose, and when: identity, certificates, days from injection to entry. By place of injection.

-- One row for a unit and its days. *_unknown are the doses of which their source does not tell it: no share counts them.
CREATE FUNCTION mart.quality(p_unit integer, p_from date, p_to date, p_as_of bigint) RETURNS TABLE ({each @ bigint})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT {each coalesce(sum(e.@), 0)}
    FROM mart.entries_posted(p_from, p_to, p_as_of) e
    JOIN warehouse.unit_ancestor a ON a.unit_id = e.place_unit_id AND a.ancestor_id = p_unit
$$;

-- Indicator 12: of the doses of a day, the share that was entered within so many days, over 28 closed days (those of
-- 15 to 42 days ago). One row per number of days at which the classes of entry allow an answer.
CREATE FUNCTION mart.completeness(p_unit integer, p_today date, p_as_of bigint) RETURNS TABLE (days_after integer, share double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH q AS (SELECT *, (doses - entered_unknown)::double precision AS final
               FROM mart.quality(p_unit, p_today - 42, p_today - 15, p_as_of))
    SELECT c.days_after, c.entered / q.final
    FROM q CROSS JOIN LATERAL (VALUES
        (0, entered_same_day), (1, entered_same_day + entered_day_1),
        (2, entered_same_day + entered_day_1 + entered_day_2),
        (3, entered_same_day + entered_day_1 + entered_day_2 + entered_day_3),
        (7, entered_same_day + entered_day_1 + entered_day_2 + entered_day_3 + entered_days_4_7),
        (14, entered_same_day + entered_day_1 + entered_day_2 + entered_day_3 + entered_days_4_7 + entered_days_8_14)
    ) AS c (days_after, entered)
    WHERE q.final > 0
$$;

-- The first day whose doses are, by completeness, less than 95 % entered; NULL when entry times are not known.
CREATE FUNCTION mart.incomplete_from(p_unit integer, p_today date, p_as_of bigint) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT CASE WHEN count(*) > 0 THEN
        p_today + 1 - coalesce(min(c.days_after) FILTER (WHERE c.share >= 0.95), 15) END
    FROM mart.completeness(p_unit, p_today, p_as_of) c
$$;

-- What was entered by days after the injection, at each site. One row per site, day of injection and day of entry (NULL
-- where the source does not say).
CREATE FUNCTION mart.entry_days(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (site_id integer, day date, entered_on date, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT e.site_id, e.day, nullif(e.entered_on, '9999-12-31'), sum(e.doses)
    FROM mart.entry_days_posted(p_as_of) e
    JOIN warehouse.unit_ancestor a ON a.unit_id = e.place_unit_id AND a.ancestor_id = p_unit
    WHERE e.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    GROUP BY e.site_id, e.day, e.entered_on
    HAVING sum(e.doses) <> 0
$$;

-- The queue of late entries: what was entered on a day for earlier days. One row per site and day of injection.
CREATE FUNCTION mart.late_entries(p_unit integer, p_entered_on date, p_as_of bigint)
RETURNS TABLE (site_id integer, day date, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT e.site_id, e.day, sum(e.doses)
    FROM mart.entry_days_posted(p_as_of) e
    JOIN warehouse.unit_ancestor a ON a.unit_id = e.place_unit_id AND a.ancestor_id = p_unit
    WHERE e.entered_on = p_entered_on AND e.day < p_entered_on
    GROUP BY e.site_id, e.day
    HAVING sum(e.doses) <> 0
$$;

-- The late-entry triangle. One row per day of injection and day of entry (NULL: not said).
CREATE FUNCTION mart.triangle(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (day date, entered_on date, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT e.day, e.entered_on, sum(e.doses)::bigint FROM mart.entry_days(p_unit, p_from, p_to, p_as_of) e
    GROUP BY e.day, e.entered_on HAVING sum(e.doses) <> 0
$$;

-- Indicator 12, day by day: of the doses of the 28 closed days (15 to 42 days ago), the share that was entered by j days
-- after the injection. One row per j from 0 to 14; none where nothing says when it was entered.
CREATE FUNCTION mart.completeness_by_day(p_unit integer, p_today date, p_as_of bigint)
RETURNS TABLE (days_after integer, share double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH lag AS (
        SELECT greatest(e.entered_on - e.day, 0) AS days, sum(e.doses) AS doses
        FROM mart.entry_days(p_unit, p_today - 42, p_today - 15, p_as_of) e WHERE e.entered_on IS NOT NULL GROUP BY 1
    )
    SELECT j::integer, (coalesce(sum(l.doses) FILTER (WHERE l.days <= j), 0) / sum(l.doses))::double precision
    FROM generate_series(0, 14) AS j CROSS JOIN lag l
    GROUP BY j HAVING sum(l.doses) > 0
$$;

-- Indicator 11 of a whole unit. One row: days from injection to entry, of the doses whose entry says when; NULL without any.
CREATE FUNCTION mart.entry_lag(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (doses bigint, lag_median integer, lag_p90 integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH lag AS (
        SELECT greatest(e.entered_on - e.day, 0) AS days, sum(e.doses) AS doses
        FROM mart.entry_days(p_unit, p_from, p_to, p_as_of) e WHERE e.entered_on IS NOT NULL
        GROUP BY greatest(e.entered_on - e.day, 0)
    ), risen AS (
        SELECT l.days, sum(l.doses) OVER (ORDER BY l.days) AS so_far, sum(l.doses) OVER () AS total FROM lag l
    )
    SELECT coalesce(max(r.total), 0)::bigint, min(r.days) FILTER (WHERE r.so_far >= 0.5 * r.total),
        min(r.days) FILTER (WHERE r.so_far >= 0.9 * r.total)
    FROM risen r
$$;
