-- What moves on the wall screen at each batch.

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
