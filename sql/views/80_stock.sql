-- Stock: what came, what was used, how long it lasts. All in doses.

-- Indicators 21 and 22. One row per row of mart.member (and the unit itself, is_self) and vaccine with a movement in it;
-- nothing is known of others. A store is a unit, or a site, with a movement of the vaccine; a row is the sum of the
-- stores in it, so that it says what the unit's own page says. given: doses recorded as given out of its stores: of a
-- site's own, else of the nearest store upwards (a district's own store serves its communes). opened NULL where vials are
-- not reported as opened; wastage is of the stores that report it, and NULL where more was given than opened: not all was reported. usable: what the last stock-take of a store found, or
-- else nothing, with what was received since, less what was opened (or given, where that is more) and discarded since;
-- only of stores that have taken stock or received, and cover_days from what is given out of these. daily_use: given, mean
-- of the 14 days before today. due_soon: those whose nearest store is in the row, who got this vaccine as first dose, and
-- whose interval ends within 28 days. runs_out_on: the first day that use can no more be met; of what lasts longer than
-- ten years, ten years on.
CREATE FUNCTION mart.stock(p_unit integer, p_vaccines smallint[], p_today date, p_as_of bigint, p_level integer DEFAULT NULL)
RETURNS TABLE (
    unit_id integer, is_self boolean, vaccine_id smallint, allocated bigint, received bigint, opened bigint, discarded bigint,
    given bigint, wastage double precision, usable bigint, daily_use double precision, cover_days double precision,
    due_soon bigint, runs_out_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH member AS MATERIALIZED (
        SELECT * FROM mart.member(p_unit, p_level, p_today)
    ), movement AS (
        SELECT m.row_id, s.unit_id, s.site_id, s.vaccine_id, s.kind, s.day, s.doses,
            max(s.day) FILTER (WHERE s.kind = 'counted') OVER (PARTITION BY s.unit_id, s.site_id, s.vaccine_id) AS taken_on
        FROM warehouse.stock_movement s JOIN member m ON m.unit_id = s.unit_id
        WHERE mart.holds(s.from_batch, s.until_batch, p_as_of) AND s.day <= p_today
          AND (p_vaccines IS NULL OR s.vaccine_id = ANY (p_vaccines))
    ), store AS MATERIALIZED (
        SELECT row_number() OVER () AS store, m.row_id, m.unit_id, m.site_id, m.vaccine_id, m.taken_on,
            sum(m.doses) FILTER (WHERE m.kind = 'allocated') AS allocated,
            sum(m.doses) FILTER (WHERE m.kind = 'received') AS received,
            sum(m.doses) FILTER (WHERE m.kind = 'opened') AS opened,
            sum(m.doses) FILTER (WHERE m.kind = 'discarded') AS discarded,
            coalesce(sum(m.doses) FILTER (WHERE m.kind = 'counted' AND m.day = m.taken_on), 0) AS counted,
            coalesce(sum(m.doses) FILTER (WHERE m.kind = 'received' AND (m.taken_on IS NULL OR m.day > m.taken_on)), 0) AS received_since,
            coalesce(sum(m.doses) FILTER (WHERE m.kind = 'opened' AND (m.taken_on IS NULL OR m.day > m.taken_on)), 0) AS opened_since,
            coalesce(sum(m.doses) FILTER (WHERE m.kind = 'discarded' AND (m.taken_on IS NULL OR m.day > m.taken_on)), 0) AS discarded_since
        FROM movement m
        GROUP BY m.row_id, m.unit_id, m.site_id, m.vaccine_id, m.taken_on
    ), served AS (
        -- The store that the doses of a site come out of.
        SELECT DISTINCT ON (t.site_id, s.vaccine_id) t.site_id, s.vaccine_id, s.store, s.taken_on
        FROM warehouse.site t
        JOIN warehouse.unit_ancestor a ON a.unit_id = t.unit_id
        JOIN store s ON s.unit_id = a.ancestor_id AND (s.site_id IS NULL OR s.site_id = t.site_id)
        ORDER BY t.site_id, s.vaccine_id, s.site_id IS NULL, a.depth
    ), used AS (
        SELECT s.store, sum(d.doses) AS given,
            sum(d.doses) FILTER (WHERE d.day BETWEEN p_today - 14 AND p_today - 1) AS recent,
            sum(d.doses) FILTER (WHERE s.taken_on IS NULL OR d.day > s.taken_on) AS since
        FROM mart.lots_posted(p_as_of) d
        JOIN served s ON s.site_id = d.site_id AND s.vaccine_id = d.vaccine_id
        WHERE d.day <= p_today
        GROUP BY s.store
    ), home AS (
        -- The row with the nearest store of those who live in a unit.
        SELECT DISTINCT ON (m.unit_id, s.vaccine_id) m.unit_id, s.vaccine_id, s.row_id
        FROM member m
        JOIN warehouse.unit_ancestor a ON a.unit_id = m.unit_id
        JOIN store s ON s.unit_id = a.ancestor_id
        ORDER BY m.unit_id, s.vaccine_id, a.depth
    ), due AS (
        SELECT h.row_id, h.vaccine_id, sum(p.people) AS people
        FROM (
            SELECT c.unit_id, c.vaccine_id, sum(c.people) AS people
            FROM (
                SELECT b.unit_id, b.vaccine_id, b.people FROM warehouse.balance_people b
                WHERE b.stage = 5 AND b.day BETWEEN p_today AND p_today + 27
                UNION ALL
                SELECT l.unit_id, l.vaccine_id, l.people FROM mart.people_since(p_as_of) l
                WHERE l.stage = 5 AND l.day BETWEEN p_today AND p_today + 27
            ) AS c
            GROUP BY c.unit_id, c.vaccine_id
        ) AS p
        JOIN home h ON h.unit_id = p.unit_id AND h.vaccine_id = p.vaccine_id
        GROUP BY h.row_id, h.vaccine_id
    ), held AS (
        SELECT s.row_id, s.vaccine_id, s.allocated, s.received, s.opened, s.discarded, coalesce(u.given, 0) AS given,
            coalesce(u.recent, 0) AS recent,
            CASE WHEN s.taken_on IS NOT NULL OR s.received IS NOT NULL THEN
                greatest(s.counted + s.received_since - s.discarded_since - greatest(s.opened_since, coalesce(u.since, 0)), 0) END AS usable
        FROM store s LEFT JOIN used u USING (store)
    ), cell AS (
        SELECT h.row_id, h.vaccine_id, sum(h.allocated) AS allocated, sum(h.received) AS received, sum(h.opened) AS opened,
            sum(h.discarded) AS discarded, sum(h.given) AS given, sum(h.recent) AS recent, sum(h.usable) AS usable,
            sum(h.given) FILTER (WHERE h.opened IS NOT NULL) AS given_of_opened,
            sum(h.recent) FILTER (WHERE h.usable IS NOT NULL) AS recent_of_usable, coalesce(min(d.people), 0) AS due
        FROM held h LEFT JOIN due d ON d.row_id = h.row_id AND d.vaccine_id = h.vaccine_id
        GROUP BY h.row_id, h.vaccine_id
    ), line AS (
        SELECT row_id, false AS is_self, vaccine_id, allocated, received, opened, discarded, given, recent, usable,
            given_of_opened, recent_of_usable, due
        FROM cell
        UNION ALL
        SELECT p_unit, true, vaccine_id, sum(allocated), sum(received), sum(opened), sum(discarded), sum(given), sum(recent),
            sum(usable), sum(given_of_opened), sum(recent_of_usable), sum(due)
        FROM cell GROUP BY vaccine_id
    )
    SELECT row_id, is_self, vaccine_id, allocated::bigint, received::bigint, opened::bigint, discarded::bigint, given::bigint,
        CASE WHEN opened >= given_of_opened THEN (opened - given_of_opened) / nullif(opened, 0) END::double precision, usable::bigint, (recent / 14)::double precision,
        (usable * 14 / nullif(recent_of_usable, 0))::double precision, due::bigint,
        CASE WHEN usable IS NOT NULL AND recent_of_usable > 0
             THEN p_today + least(floor(usable * 14 / recent_of_usable), 3650)::integer END
    FROM line
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
        WHERE mart.holds(s.from_batch, s.until_batch, p_as_of) AND s.day <= p_today
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
