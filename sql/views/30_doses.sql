-- Doses, by residence or by place of injection, never divided by a population. Filters as for people, without a default
-- of ages: a dose is a dose.

-- Where a question with several filters finds its doses: in the sum of the 'world' where that is what is asked for, in the
-- postings of its 'units' where they are a fifth of all at most, else, or for few days, in all postings of its 'days', which
-- an index holds whole (10 M injections, several filters, all days: 450 ms; of 8 units of 107 200, of one 20 to 120).
CREATE FUNCTION mart.way_to_doses(p_unit integer, p_by_unit boolean, p_from date, p_to date) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT CASE WHEN p_unit = w.root_unit_id AND NOT p_by_unit THEN 'world'
                WHEN p_to - p_from < 7 THEN 'days'
                WHEN 5 * cardinality(mart.units_in(p_unit)) <= cardinality(mart.units_in(w.root_unit_id)) THEN 'units'
                ELSE 'days' END
    FROM warehouse.world w
$$;

-- Doses of the days asked for by unit of one basis, in pieces to be added up: all that lie in p_unit, and others that the
-- caller leaves out; by vaccine and dose number only where p_by_vaccine; by unit only where p_by_unit, else pieces that lie
-- in p_unit may bear its own number. The caller's rights, so that it becomes a part of the caller's plan.
CREATE FUNCTION mart.doses_posted(
    p_unit integer, p_by_unit boolean, p_basis text, p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[],
    p_from date, p_to date, p_as_of bigint, p_by_vaccine boolean)
RETURNS TABLE (unit_id integer, day date, vaccine_id smallint, dose_number smallint, doses integer)
LANGUAGE sql STABLE AS $$
    -- With one thing asked for, a sum that is kept; with more, mart.way_to_doses.
    SELECT b.unit_id, b.day, b.vaccine_id, b.dose_number, b.doses FROM warehouse.balance_doses_unit_day b
    WHERE num_nonnulls(p_ages, {who weighed p_@}, p_vaccines) <= 1 AND NOT p_by_vaccine
      AND b.is_by_place = (p_basis = 'place') AND b.vaccine_id = ANY (coalesce(p_vaccines, '{-1}'))
      AND {who has_sum and: b.@column = ANY (coalesce(p_@, ARRAY[-1]::smallint[]))} AND b.age_band = ANY (coalesce(p_ages, '{-1}'))
      AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
      AND (p_as_of IS NULL OR (b.day <= (SELECT mart.last_day(p_as_of))) IS TRUE)
    UNION ALL
    SELECT b.unit_id, b.day, b.vaccine_id, b.dose_number, b.doses FROM warehouse.balance_doses_unit_day b
    WHERE p_ages IS NULL AND {who and: p_@ IS NULL} AND p_by_vaccine
      AND mart.way_to_doses(p_unit, p_by_unit, p_from, p_to) <> 'world'
      AND b.is_by_place = (p_basis = 'place') AND b.vaccine_id >= 0
      AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
      AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
      AND (p_as_of IS NULL OR (b.day <= (SELECT mart.last_day(p_as_of))) IS TRUE)
    UNION ALL
    SELECT p_unit, b.day, b.vaccine_id, b.dose_number, b.doses FROM warehouse.balance_doses_world_day_filters b
    WHERE (num_nonnulls(p_ages, {who weighed p_@}, p_vaccines) > 1 OR p_by_vaccine)
      AND mart.way_to_doses(p_unit, p_by_unit, p_from, p_to) = 'world'
      AND b.is_by_place = (p_basis = 'place')
      AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
      AND {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
      AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
      AND (p_as_of IS NULL OR (b.day <= (SELECT mart.last_day(p_as_of))) IS TRUE)
    UNION ALL
    SELECT l.unit_id, l.day, l.vaccine_id, l.dose_number, l.doses
    FROM (
        SELECT p.place_unit_id AS unit_id, p.batch_id, p.day, p.vaccine_id, p.dose_number, p.age_band, {who p.@column}, p.doses
        FROM warehouse.ledger_doses p
        WHERE p_basis = 'place'
          AND p.place_unit_id = ANY (ARRAY(SELECT a.unit_id FROM warehouse.unit_ancestor a WHERE a.ancestor_id = p_unit))
        UNION ALL
        SELECT p.residence_unit_id, p.batch_id, p.day, p.vaccine_id, p.dose_number, p.age_band, {who p.@column}, p.doses
        FROM warehouse.ledger_doses p
        WHERE p_basis <> 'place'
          AND p.residence_unit_id = ANY (ARRAY(SELECT a.unit_id FROM warehouse.unit_ancestor a WHERE a.ancestor_id = p_unit))
        OFFSET 0) AS l
    WHERE (num_nonnulls(p_ages, {who weighed p_@}, p_vaccines) > 1 OR p_by_vaccine AND num_nonnulls(p_ages, {who p_@}) > 0)
      AND mart.way_to_doses(p_unit, p_by_unit, p_from, p_to) = 'units'
      AND l.batch_id <= coalesce(p_as_of, (SELECT folded_through FROM warehouse.leader))
      AND (p_ages IS NULL OR l.age_band = ANY (p_ages))
      AND {who and: (p_@ IS NULL OR l.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
      AND l.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    UNION ALL
    SELECT CASE WHEN p_basis = 'place' THEN l.place_unit_id ELSE l.residence_unit_id END, l.day, l.vaccine_id,
        l.dose_number, l.doses
    FROM warehouse.ledger_doses l
    WHERE (num_nonnulls(p_ages, {who weighed p_@}, p_vaccines) > 1 OR p_by_vaccine AND num_nonnulls(p_ages, {who p_@}) > 0)
      AND mart.way_to_doses(p_unit, p_by_unit, p_from, p_to) = 'days'
      AND l.batch_id <= coalesce(p_as_of, (SELECT folded_through FROM warehouse.leader))
      AND (p_ages IS NULL OR l.age_band = ANY (p_ages))
      AND {who and: (p_@ IS NULL OR l.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
      AND l.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    UNION ALL
    SELECT CASE WHEN p_basis = 'place' THEN l.place_unit_id ELSE l.residence_unit_id END, d.day, l.vaccine_id,
        l.dose_number, l.doses
    FROM mart.known_days(p_from, p_to, p_as_of) d
    CROSS JOIN LATERAL (SELECT * FROM mart.doses_since(p_as_of) s WHERE s.day = d.day OFFSET 0) AS l
    WHERE (NOT (num_nonnulls(p_ages, {who weighed p_@}, p_vaccines) > 1 OR p_by_vaccine AND num_nonnulls(p_ages, {who p_@}) > 0)
           OR mart.way_to_doses(p_unit, p_by_unit, p_from, p_to) = 'world')
      AND (p_ages IS NULL OR l.age_band = ANY (p_ages))
      AND {who and: (p_@ IS NULL OR l.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
$$;

-- The same of some units over all days, as of now.
CREATE FUNCTION mart.doses_in_all(p_units integer[], p_basis text, p_ages smallint[], {who p_@ smallint[]}, p_vaccines smallint[])
RETURNS TABLE (unit_id integer, vaccine_id smallint, dose_number smallint, doses integer)
LANGUAGE sql STABLE AS $$
    SELECT b.unit_id, b.vaccine_id, b.dose_number, b.doses FROM warehouse.balance_doses_unit_filters b
    WHERE b.is_by_place = (p_basis = 'place') AND b.unit_id = ANY (p_units) AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
      AND {who and: (p_@ IS NULL OR b.@column = ANY (p_@))}
      AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
$$;

-- One row per day.
CREATE FUNCTION mart.doses_trend(
    p_unit integer, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date,
    p_as_of bigint{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (day date, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT d.day, sum(d.doses)::bigint
    FROM mart.doses_posted(p_unit, false, p_basis, p_ages, {who p_@}, p_vaccines, p_from, p_to, p_as_of, false) d
    JOIN warehouse.unit_ancestor a ON a.ancestor_id = p_unit AND a.unit_id = d.unit_id
    GROUP BY d.day
    HAVING sum(d.doses) <> 0
$$;

-- Whether a table of sessions reaches a day: it tells of one before or on it, and of one on or after it.
CREATE FUNCTION mart.sessions_reach(p_day date, p_as_of bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT EXISTS (SELECT FROM warehouse.session s WHERE s.day <= p_day AND mart.holds(s.from_batch, s.until_batch, p_as_of))
       AND EXISTS (SELECT FROM warehouse.session s WHERE s.day >= p_day AND mart.holds(s.from_batch, s.until_batch, p_as_of))
$$;

-- What each site plans for a day. One row per site. Where a table of sessions reaches the day (else has_session is NULL):
-- the doses of its sessions, the usual ones where a session does not say, NULL without a session. Where none does: the
-- site's usual ones.
CREATE FUNCTION mart.site_plan(p_day date, p_as_of bigint)
RETURNS TABLE (site_id integer, unit_id integer, has_session boolean, planned_doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH session AS (
        SELECT s.site_id, CASE WHEN count(*) = count(s.planned_doses) THEN sum(s.planned_doses) END AS doses
        FROM warehouse.session s
        WHERE s.day = p_day AND mart.holds(s.from_batch, s.until_batch, p_as_of)
        GROUP BY s.site_id
    ), known AS MATERIALIZED (
        -- once, and not for each site
        SELECT mart.sessions_reach(p_day, p_as_of) AS is_known
    )
    SELECT t.site_id, t.unit_id, CASE WHEN k.is_known THEN s.site_id IS NOT NULL END,
        CASE WHEN s.site_id IS NOT NULL OR NOT k.is_known THEN coalesce(s.doses, t.daily_plan) END
    FROM warehouse.site t CROSS JOIN known k LEFT JOIN session s USING (site_id)
$$;

-- One row per row of mart.member, and one for the unit itself (is_self), their sum without what lies nowhere. plan_today:
-- what its sites plan (mart.site_plan), unknown of some ages, groups or vaccines: a plan is of all doses.
CREATE FUNCTION mart.doses_by_unit(
    p_unit integer, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date,
    p_today date, p_as_of bigint, p_level integer DEFAULT NULL{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (
    unit_id integer, is_self boolean, doses bigint, doses_today bigint, doses_yesterday bigint, plan_today bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH member AS MATERIALIZED (
        SELECT * FROM mart.member(p_unit, p_level, p_today)
    ), asked AS MATERIALIZED (
        SELECT mart.member_units(p_unit) AS units
    ), based AS (
        -- Of one filter at most the sums by day are fewer rows than the totals of all cells.
        SELECT d.unit_id, d.doses, 0 AS today, 0 AS yesterday
        FROM asked CROSS JOIN LATERAL mart.doses_in_all(asked.units, p_basis, p_ages, {who p_@}, p_vaccines) d
        WHERE p_from IS NULL AND p_to IS NULL AND p_as_of IS NULL AND num_nonnulls(p_ages, {who weighed p_@}, p_vaccines) > 1
        UNION ALL
        SELECT d.unit_id, d.doses, 0, 0
        FROM mart.doses_posted(p_unit, true, p_basis, p_ages, {who p_@}, p_vaccines, p_from, p_to, p_as_of, false) d
        WHERE p_from IS NOT NULL OR p_to IS NOT NULL OR p_as_of IS NOT NULL
           OR num_nonnulls(p_ages, {who weighed p_@}, p_vaccines) <= 1
        UNION ALL
        SELECT d.unit_id, 0, CASE WHEN d.day = p_today THEN d.doses END, CASE WHEN d.day = p_today - 1 THEN d.doses END
        FROM mart.doses_posted(p_unit, true, p_basis, p_ages, {who p_@}, p_vaccines, p_today - 1, p_today, p_as_of, false) d
    ), plan AS (
        SELECT m.row_id, sum(s.planned_doses)::bigint AS plan
        FROM member m JOIN mart.site_plan(p_today, p_as_of) s ON s.unit_id = m.unit_id
        WHERE num_nonnulls(p_ages, {who p_@}, p_vaccines) = 0
        GROUP BY m.row_id
    ), line AS (
        SELECT m.row_id, coalesce(sum(b.doses), 0) AS doses, coalesce(sum(b.today), 0) AS today,
            coalesce(sum(b.yesterday), 0) AS yesterday
        FROM member m LEFT JOIN based b ON b.unit_id = m.unit_id
        GROUP BY m.row_id
    ), planned AS (
        SELECT l.*, p.plan FROM line l LEFT JOIN plan p USING (row_id)
    )
    SELECT row_id, false, doses::bigint, today::bigint, yesterday::bigint, plan FROM planned
    WHERE row_id <> p_unit OR (doses, today, yesterday, coalesce(plan, 0)) <> (0, 0, 0, 0)
    UNION ALL
    SELECT p_unit, true, sum(doses)::bigint, sum(today)::bigint, sum(yesterday)::bigint, sum(plan)::bigint
    FROM planned WHERE row_id > 0 OR row_id = p_unit
$$;

-- Doses of one day by hour of injection, in the time zone of the world, by place. One row per hour with doses.
CREATE FUNCTION mart.doses_by_hour(p_unit integer, p_day date, p_as_of bigint) RETURNS TABLE (hour smallint, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT e.hour, sum(e.doses)
    FROM mart.hours_posted(p_day, p_as_of) e
    JOIN warehouse.unit_ancestor a ON a.unit_id = e.place_unit_id AND a.ancestor_id = p_unit
    GROUP BY e.hour
    HAVING sum(e.doses) <> 0
$$;

-- One row per vaccine and dose number as recorded.
CREATE FUNCTION mart.doses_by_vaccine(
    p_unit integer, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date,
    p_as_of bigint{more p_@ smallint[] DEFAULT NULL})
RETURNS TABLE (vaccine_id smallint, dose_number smallint, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS MATERIALIZED (
        SELECT mart.units_in(p_unit) AS units
    )
    SELECT d.vaccine_id, d.dose_number, sum(d.doses)
    FROM (
        SELECT t.unit_id, t.vaccine_id, t.dose_number, t.doses
        FROM asked CROSS JOIN LATERAL mart.doses_in_all(asked.units, p_basis, p_ages, {who p_@}, p_vaccines) t
        WHERE p_from IS NULL AND p_to IS NULL AND p_as_of IS NULL
        UNION ALL
        SELECT p.unit_id, p.vaccine_id, p.dose_number, p.doses
        FROM mart.doses_posted(p_unit, false, p_basis, p_ages, {who p_@}, p_vaccines, p_from, p_to, p_as_of, true) p
        WHERE p_from IS NOT NULL OR p_to IS NOT NULL OR p_as_of IS NOT NULL
    ) AS d
    JOIN warehouse.unit_ancestor a ON a.ancestor_id = p_unit AND a.unit_id = d.unit_id
    GROUP BY d.vaccine_id, d.dose_number
    HAVING sum(d.doses) <> 0
$$;

-- Doses of the days asked for by place of injection and residence. One row per pair of units.
CREATE FUNCTION mart.doses_between(p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (place_unit_id integer, residence_unit_id integer, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH asked AS MATERIALIZED (
        SELECT coalesce(p_from, '-infinity') AS first_on, least(p_to, mart.last_day(p_as_of)) AS last_on
    ), bounds AS MATERIALIZED (
        -- Whole months begin on whole_from and end before whole_to; where there is none, whole_from is the later.
        SELECT first_on, last_on, date_trunc('month', last_on + 1)::date AS whole_to,
            CASE WHEN first_on = date_trunc('month', first_on) THEN first_on
                 ELSE (date_trunc('month', first_on) + interval '1 month')::date END AS whole_from
        FROM asked
    )
    SELECT p.place_unit_id, p.residence_unit_id, sum(p.doses) AS doses
    FROM (
        SELECT b.place_unit_id, b.residence_unit_id, b.doses
        FROM bounds o JOIN warehouse.balance_doses_pair_month b ON b.month >= o.whole_from AND b.month < o.whole_to
        UNION ALL
        SELECT b.place_unit_id, b.residence_unit_id, b.doses
        FROM bounds o JOIN warehouse.balance_doses_pair_day b ON b.day >= o.first_on AND b.day < least(o.whole_from, o.last_on + 1)
        UNION ALL
        SELECT b.place_unit_id, b.residence_unit_id, b.doses
        FROM bounds o
        JOIN warehouse.balance_doses_pair_day b ON b.day >= greatest(o.whole_from, o.whole_to) AND b.day <= o.last_on
        UNION ALL
        SELECT l.place_unit_id, l.residence_unit_id, l.doses
        FROM mart.known_days(p_from, p_to, p_as_of) d
        CROSS JOIN LATERAL (SELECT * FROM mart.doses_since(p_as_of) s WHERE s.day = d.day OFFSET 0) AS l
    ) AS p
    GROUP BY p.place_unit_id, p.residence_unit_id
$$;

-- Residence and place of injection reconciled (indicator 4). One row; the five parts add up to the total.
CREATE FUNCTION mart.reconciliation(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (at_home bigint, elsewhere bigint, non_residents bigint, unknown_residence bigint, not_recognised bigint,
    total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH flow AS (
        SELECT p.doses, p.residence_unit_id = 0 AS is_unknown, p.residence_unit_id = -2 AS is_not_recognised,
            home.unit_id IS NOT NULL AS lives_here,
            here.unit_id IS NOT NULL AS injected_here
        FROM mart.doses_between(p_from, p_to, p_as_of) p
        LEFT JOIN warehouse.unit_ancestor home ON home.ancestor_id = p_unit AND home.unit_id = p.residence_unit_id
        LEFT JOIN warehouse.unit_ancestor here ON here.ancestor_id = p_unit AND here.unit_id = p.place_unit_id
    )
    SELECT coalesce(sum(doses) FILTER (WHERE lives_here AND injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE lives_here AND NOT injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE NOT lives_here AND NOT is_unknown AND NOT is_not_recognised AND injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE is_unknown AND injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE is_not_recognised AND injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE lives_here OR injected_here), 0)::bigint
    FROM flow
$$;

-- Doses of one day that the newest batches brought, or took back. One row per batch of the last ten minutes before the
-- newest, sixty of them at most: their postings are read, whose number does not grow with the warehouse.
CREATE FUNCTION mart.arrivals(p_unit integer, p_basis text, p_day date, p_as_of bigint)
RETURNS TABLE (batch_id bigint, committed_at timestamptz, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH newest AS MATERIALIZED (
        SELECT b.batch_id, b.committed_at FROM warehouse.batch b
        WHERE b.batch_id <= least(p_as_of, (SELECT folded_through FROM warehouse.leader))
        ORDER BY b.batch_id DESC LIMIT 60
    )
    SELECT n.batch_id, n.committed_at, coalesce(sum(l.doses) FILTER (WHERE a.unit_id IS NOT NULL), 0)
    FROM newest n
    LEFT JOIN warehouse.ledger_doses l ON l.batch_id = n.batch_id AND l.day = p_day
    LEFT JOIN warehouse.unit_ancestor a ON a.ancestor_id = p_unit
        AND a.unit_id = CASE WHEN p_basis = 'place' THEN l.place_unit_id ELSE l.residence_unit_id END
    WHERE n.committed_at > (SELECT max(committed_at) FROM newest) - interval '10 minutes'
    GROUP BY n.batch_id, n.committed_at
$$;

-- Indicator 4 by the other place: one row per direction and other unit. is_leaving: residents of p_unit injected there;
-- else residents of there injected at p_unit. The other unit is the one of p_unit's own level in which the place lies,
-- itself where none is (a district without communes, beside a commune; 0, -1 and -2). The rows of a direction add up to
-- mart.reconciliation: elsewhere, and non_residents + unknown_residence + not_recognised.
CREATE FUNCTION mart.flow(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (is_leaving boolean, unit_id integer, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH own AS (
        SELECT a.unit_id FROM warehouse.unit_ancestor a WHERE a.ancestor_id = p_unit
    ), crossing AS (
        SELECT lives.unit_id IS NOT NULL AS is_leaving,
            CASE WHEN lives.unit_id IS NOT NULL THEN d.place_unit_id ELSE d.residence_unit_id END AS unit_id, d.doses
        FROM mart.doses_between(p_from, p_to, p_as_of) d
        LEFT JOIN own lives ON lives.unit_id = d.residence_unit_id
        LEFT JOIN own injected ON injected.unit_id = d.place_unit_id
        WHERE (lives.unit_id IS NULL) <> (injected.unit_id IS NULL)
    ), peer AS (
        SELECT a.unit_id, a.ancestor_id FROM warehouse.unit_ancestor a
        JOIN warehouse.unit u ON u.unit_id = a.ancestor_id
        WHERE u.level = (SELECT top.level FROM warehouse.unit top WHERE top.unit_id = p_unit)
    )
    SELECT c.is_leaving, coalesce(p.ancestor_id, c.unit_id), sum(c.doses)::bigint
    FROM crossing c LEFT JOIN peer p ON p.unit_id = c.unit_id
    GROUP BY c.is_leaving, coalesce(p.ancestor_id, c.unit_id)
    HAVING sum(c.doses) <> 0
$$;
