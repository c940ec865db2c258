-- Which sources are in their first load, so that nobody takes a part for the whole.

-- Of a source: as of a batch (NULL: now) some of its records may be in, and not all were.
CREATE FUNCTION mart.is_in_first_load(p_source smallint, p_as_of bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT CASE WHEN s.first_loaded_batch IS NULL THEN s.is_configured ELSE coalesce(s.first_loaded_batch > p_as_of, false) END
        -- one that was asked and has nothing keeps nothing back
        AND (s.last_polled_at IS NULL
             OR s.received > 0 AND (p_as_of IS NULL OR EXISTS (
                 SELECT FROM warehouse.batch b
                 WHERE b.source_id = s.source_id AND b.batch_id <= p_as_of AND b.received > 0)))
    FROM warehouse.source s WHERE s.source_id = p_source
$$;

CREATE FUNCTION mart.is_first_load(p_as_of bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT coalesce(bool_or(mart.is_in_first_load(s.source_id, p_as_of)), false) FROM warehouse.source s
$$;

-- The first batch at which no source that had given records was in its first load, before which there is nothing to compare
-- with; while it lasts, the newest. At most one row.
CREATE FUNCTION mart.first_load() RETURNS TABLE (batch_id bigint, committed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    WITH held AS NOT MATERIALIZED (
        SELECT b.batch_id, b.committed_at FROM warehouse.batch b
        WHERE b.batch_id <= (SELECT folded_through FROM warehouse.leader) AND b.committed_at IS NOT NULL
    ), ended AS (
        -- of sources from before this was kept (0) it ended with the first batch, as far as anybody can say
        SELECT min(h.batch_id) AS batch_id
        FROM warehouse.source s CROSS JOIN LATERAL (
            SELECT greatest(s.first_loaded_batch, (SELECT min(batch_id) FROM held)) AS batch_id) AS h
        WHERE s.first_loaded_batch IS NOT NULL AND NOT EXISTS (
            SELECT FROM warehouse.source o
            JOIN warehouse.batch b ON b.source_id = o.source_id AND b.batch_id <= h.batch_id AND b.received > 0
            WHERE CASE WHEN o.first_loaded_batch IS NULL THEN o.is_configured ELSE o.first_loaded_batch > h.batch_id END)
    )
    SELECT h.batch_id, h.committed_at FROM held h
    WHERE h.batch_id = coalesce((SELECT batch_id FROM ended), (SELECT max(batch_id) FROM held))
$$;
