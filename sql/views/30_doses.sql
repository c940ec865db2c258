-- Doses, by residence or by place of injection, never divided by a population. Filters as for people, without a default
-- of ages: a dose is a dose.

-- Doses by both units and day. With a total over all days (p_from and p_to NULL, p_by_day false) the day is NULL.
CREATE FUNCTION mart.doses(
    p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date, p_as_of bigint, p_by_day boolean)
RETURNS TABLE (place_unit_id integer, residence_unit_id integer, day date, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT d.place_unit_id, d.residence_unit_id, CASE WHEN p_by_day THEN d.day END, sum(d.doses)
    FROM (
        SELECT b.place_unit_id, b.residence_unit_id, b.day, b.doses FROM warehouse.balance_doses_day b
        WHERE p_ages IS NULL AND p_groups IS NULL AND p_vaccines IS NULL
          AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
        UNION ALL
        SELECT b.place_unit_id, b.residence_unit_id, NULL, b.doses FROM warehouse.balance_doses_total b
        WHERE NOT (p_ages IS NULL AND p_groups IS NULL AND p_vaccines IS NULL)
          AND NOT p_by_day AND p_from IS NULL AND p_to IS NULL
          AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
          AND (p_groups IS NULL OR b.priority_group = ANY (p_groups))
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
        UNION ALL
        SELECT b.place_unit_id, b.residence_unit_id, b.day, b.doses FROM warehouse.balance_doses b
        WHERE NOT (p_ages IS NULL AND p_groups IS NULL AND p_vaccines IS NULL)
          AND NOT (NOT p_by_day AND p_from IS NULL AND p_to IS NULL)
          AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
          AND (p_groups IS NULL OR b.priority_group = ANY (p_groups))
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
          AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
        UNION ALL
        SELECT l.place_unit_id, l.residence_unit_id, l.day, -l.doses FROM warehouse.ledger_doses l
        WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
          AND (p_ages IS NULL OR l.age_band = ANY (p_ages))
          AND (p_groups IS NULL OR l.priority_group = ANY (p_groups))
          AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
          AND l.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    ) AS d
    GROUP BY d.place_unit_id, d.residence_unit_id, CASE WHEN p_by_day THEN d.day END
$$;

-- One row per day.
CREATE FUNCTION mart.doses_trend(
    p_unit integer, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date,
    p_as_of bigint)
RETURNS TABLE (day date, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT d.day, sum(d.doses)::bigint
    FROM mart.doses(p_ages, p_groups, p_vaccines, p_from, p_to, p_as_of, true) d
    JOIN warehouse.unit_ancestor a ON a.ancestor_id = p_unit
        AND a.unit_id = CASE WHEN p_basis = 'place' THEN d.place_unit_id ELSE d.residence_unit_id END
    GROUP BY d.day
    HAVING sum(d.doses) <> 0
$$;

-- One row per row of mart.member, and one for the unit itself (is_self), their sum without what lies nowhere.
CREATE FUNCTION mart.doses_by_unit(
    p_unit integer, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date,
    p_today date, p_as_of bigint, p_level integer DEFAULT NULL)
RETURNS TABLE (
    unit_id integer, is_self boolean, doses bigint, doses_today bigint, doses_yesterday bigint, plan_today bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH member AS MATERIALIZED (
        SELECT * FROM mart.member(p_unit, p_level, p_today)
    ), based AS (
        SELECT CASE WHEN p_basis = 'place' THEN d.place_unit_id ELSE d.residence_unit_id END AS unit_id,
            sum(d.doses) AS doses, 0::numeric AS today, 0::numeric AS yesterday
        FROM mart.doses(p_ages, p_groups, p_vaccines, p_from, p_to, p_as_of, false) d GROUP BY 1
        UNION ALL
        SELECT CASE WHEN p_basis = 'place' THEN d.place_unit_id ELSE d.residence_unit_id END, 0,
            coalesce(sum(d.doses) FILTER (WHERE d.day = p_today), 0),
            coalesce(sum(d.doses) FILTER (WHERE d.day = p_today - 1), 0)
        FROM mart.doses(p_ages, p_groups, p_vaccines, p_today - 1, p_today, p_as_of, true) d GROUP BY 1
    ), plan AS (
        SELECT m.row_id, sum(s.daily_plan) AS plan FROM member m JOIN warehouse.site s ON s.unit_id = m.unit_id
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
    FROM (
        SELECT b.place_unit_id, b.hour, b.doses FROM warehouse.balance_entries b WHERE b.day = p_day
        UNION ALL
        SELECT l.place_unit_id, l.hour, -l.doses FROM warehouse.ledger_entries l
        WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader) AND l.day = p_day
    ) AS e
    JOIN warehouse.unit_ancestor a ON a.unit_id = e.place_unit_id AND a.ancestor_id = p_unit
    GROUP BY e.hour
    HAVING sum(e.doses) <> 0
$$;

-- One row per vaccine and dose number as recorded.
CREATE FUNCTION mart.doses_by_vaccine(
    p_unit integer, p_basis text, p_ages smallint[], p_groups smallint[], p_vaccines smallint[], p_from date, p_to date,
    p_as_of bigint)
RETURNS TABLE (vaccine_id smallint, dose_number smallint, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT d.vaccine_id, d.dose_number, sum(d.doses)
    FROM (
        SELECT b.place_unit_id, b.residence_unit_id, b.vaccine_id, b.dose_number, b.doses
        FROM warehouse.balance_doses_total b
        WHERE p_from IS NULL AND p_to IS NULL AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
          AND (p_groups IS NULL OR b.priority_group = ANY (p_groups))
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
        UNION ALL
        SELECT b.place_unit_id, NULL, b.vaccine_id, b.dose_number, b.doses FROM warehouse.balance_lots b
        WHERE (p_from IS NOT NULL OR p_to IS NOT NULL) AND p_basis = 'place' AND p_ages IS NULL AND p_groups IS NULL
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
          AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
        UNION ALL
        SELECT b.place_unit_id, b.residence_unit_id, b.vaccine_id, b.dose_number, b.doses FROM warehouse.balance_doses b
        WHERE (p_from IS NOT NULL OR p_to IS NOT NULL)
          AND NOT (p_basis = 'place' AND p_ages IS NULL AND p_groups IS NULL)
          AND (p_ages IS NULL OR b.age_band = ANY (p_ages))
          AND (p_groups IS NULL OR b.priority_group = ANY (p_groups))
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
          AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
        UNION ALL
        SELECT l.place_unit_id, l.residence_unit_id, l.vaccine_id, l.dose_number, -l.doses FROM warehouse.ledger_doses l
        WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
          AND (p_ages IS NULL OR l.age_band = ANY (p_ages))
          AND (p_groups IS NULL OR l.priority_group = ANY (p_groups))
          AND (p_vaccines IS NULL OR l.vaccine_id = ANY (p_vaccines))
          AND l.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    ) AS d
    JOIN warehouse.unit_ancestor a ON a.ancestor_id = p_unit
        AND a.unit_id = CASE WHEN p_basis = 'place' THEN d.place_unit_id ELSE d.residence_unit_id END
    GROUP BY d.vaccine_id, d.dose_number
    HAVING sum(d.doses) <> 0
$$;

-- Residence and place of injection reconciled (indicator 4). One row; the four parts add up to the total.
CREATE FUNCTION mart.reconciliation(p_unit integer, p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (at_home bigint, elsewhere bigint, non_residents bigint, unknown_residence bigint, total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH flow AS (
        SELECT d.doses, d.residence_unit_id = 0 AS is_unknown, home.unit_id IS NOT NULL AS lives_here,
            here.unit_id IS NOT NULL AS injected_here
        FROM mart.doses(NULL, NULL, NULL, p_from, p_to, p_as_of, false) d
        LEFT JOIN warehouse.unit_ancestor home ON home.ancestor_id = p_unit AND home.unit_id = d.residence_unit_id
        LEFT JOIN warehouse.unit_ancestor here ON here.ancestor_id = p_unit AND here.unit_id = d.place_unit_id
    )
    SELECT coalesce(sum(doses) FILTER (WHERE lives_here AND injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE lives_here AND NOT injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE NOT lives_here AND NOT is_unknown AND injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE is_unknown AND injected_here), 0)::bigint,
        coalesce(sum(doses) FILTER (WHERE lives_here OR injected_here), 0)::bigint
    FROM flow
$$;
