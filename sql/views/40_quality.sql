-- What the directive asks of each dose, by place of injection: identity, certificates, entry.

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

-- Doses that do not count towards a series because no rule says anything of their vaccine after the one before it. No balance
-- holds pairs, so they are known as of the last batch alone. One row per pair.
CREATE FUNCTION mart.unruled_pairs()
RETURNS TABLE (before_vaccine_id smallint, vaccine_id smallint, doses bigint, people bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT i.unruled_after, i.vaccine_id, count(*), count(DISTINCT i.person_key)
    FROM warehouse.injection i WHERE i.unruled_after IS NOT NULL
    GROUP BY i.unruled_after, i.vaccine_id
$$;
