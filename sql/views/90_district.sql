-- Where a unit's residents are injected, and where those come from whom it injects.

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
