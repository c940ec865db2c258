-- Vaccines and lots: what was given when, and where a lot went. By place of injection.

-- Doses by lot cell of a unit. One row per site, day, vaccine, dose number and lot; balances less the postings since.
CREATE FUNCTION mart.lot_cells(p_unit integer, p_vaccines smallint[], p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (site_id integer, day date, vaccine_id smallint, dose_number smallint, lot_number text, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT d.site_id, d.day, d.vaccine_id, d.dose_number, d.lot_number, sum(d.doses)
    FROM mart.lots_posted(p_as_of) d
    JOIN warehouse.unit_ancestor a ON a.unit_id = d.place_unit_id AND a.ancestor_id = p_unit
    WHERE (p_vaccines IS NULL OR d.vaccine_id = ANY (p_vaccines))
      AND d.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
    GROUP BY d.site_id, d.day, d.vaccine_id, d.dose_number, d.lot_number
    HAVING sum(d.doses) <> 0
$$;

-- Doses of a unit by vaccine, dose number as recorded, lot and day, in pieces to be added up.
CREATE FUNCTION mart.unit_lots(p_unit integer, p_vaccines smallint[], p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (day date, vaccine_id smallint, dose_number smallint, lot_number text, doses integer)
LANGUAGE sql STABLE AS $$
    SELECT p.day, p.vaccine_id, p.dose_number, p.lot_number, p.doses
    FROM mart.lots_posted(p_as_of) p
    JOIN warehouse.unit_ancestor a ON a.unit_id = p.place_unit_id AND a.ancestor_id = p_unit
    WHERE (p_vaccines IS NULL OR p.vaccine_id = ANY (p_vaccines))
      AND p.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
$$;

-- One row per vaccine, dose number as recorded and day.
CREATE FUNCTION mart.vaccine_days(p_unit integer, p_vaccines smallint[], p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (vaccine_id smallint, dose_number smallint, day date, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT p.vaccine_id, p.dose_number, p.day, sum(p.doses)::bigint
    FROM mart.unit_lots(p_unit, p_vaccines, p_from, p_to, p_as_of) p
    GROUP BY p.vaccine_id, p.dose_number, p.day HAVING sum(p.doses) <> 0
$$;

-- One row per lot as recorded ('' = none) and day.
CREATE FUNCTION mart.lot_days(p_unit integer, p_vaccines smallint[], p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (lot_number text, day date, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT p.lot_number, p.day, sum(p.doses)::bigint
    FROM mart.unit_lots(p_unit, p_vaccines, p_from, p_to, p_as_of) p
    GROUP BY p.lot_number, p.day HAVING sum(p.doses) <> 0
$$;

-- The lots that a unit used. One row per lot ('' = none recorded) and vaccine; is_disputed where the rows of the answer
-- give one lot to more than one vaccine. Now the balances are the cells themselves; as of a batch the cells are added up
-- first, since one that the postings take away must not count as a site or a day.
CREATE FUNCTION mart.lots(p_unit integer, p_vaccines smallint[], p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (lot_number text, vaccine_id smallint, doses bigint, sites bigint, first_on date, last_on date, is_disputed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH cell AS (
        SELECT b.lot_number, b.vaccine_id, b.site_id, b.day, b.doses::bigint AS doses
        FROM warehouse.balance_lots b
        JOIN warehouse.unit_ancestor a ON a.unit_id = b.place_unit_id AND a.ancestor_id = p_unit
        WHERE p_as_of IS NULL AND b.doses <> 0
          AND (p_vaccines IS NULL OR b.vaccine_id = ANY (p_vaccines))
          AND b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
        UNION ALL
        SELECT c.lot_number, c.vaccine_id, c.site_id, c.day, c.doses
        FROM mart.lot_cells(p_unit, p_vaccines, p_from, p_to, p_as_of) c WHERE p_as_of IS NOT NULL
    ), at_site AS (
        SELECT c.lot_number, c.vaccine_id, c.site_id, sum(c.doses) AS doses, min(c.day) AS first_on, max(c.day) AS last_on
        FROM cell c GROUP BY c.lot_number, c.vaccine_id, c.site_id
    )
    SELECT s.lot_number, s.vaccine_id, sum(s.doses)::bigint, count(*), min(s.first_on), max(s.last_on),
        s.lot_number <> '' AND count(*) OVER (PARTITION BY upper(s.lot_number))
            > count(*) OVER (PARTITION BY upper(s.lot_number), s.vaccine_id)
    FROM at_site s
    GROUP BY s.lot_number, s.vaccine_id
$$;

-- Where a lot went, in the whole world, however its letters are written. One row per spelling, vaccine, site, day and
-- dose number.
CREATE FUNCTION mart.lot(p_lot text, p_as_of bigint)
RETURNS TABLE (lot_number text, vaccine_id smallint, site_id integer, place_unit_id integer, day date, dose_number smallint, doses bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT d.lot_number, d.vaccine_id, d.site_id, d.place_unit_id, d.day, d.dose_number, sum(d.doses)
    FROM mart.lots_posted(p_as_of) d
    WHERE upper(d.lot_number COLLATE "C") = upper(btrim(p_lot))
    GROUP BY d.lot_number, d.vaccine_id, d.site_id, d.place_unit_id, d.day, d.dose_number
    HAVING sum(d.doses) <> 0
$$;

-- Doses that do not count towards a series because no rule says anything of their vaccine after the one before it. No balance
-- holds pairs, so they are known as of the last batch alone. One row per pair.
CREATE FUNCTION mart.unruled_pairs()
RETURNS TABLE (before_vaccine_id smallint, vaccine_id smallint, doses bigint, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT i.unruled_after, i.vaccine_id, count(*), count(DISTINCT i.person_key)
    FROM warehouse.injection i WHERE i.unruled_after IS NOT NULL
    GROUP BY i.unruled_after, i.vaccine_id
$$;
