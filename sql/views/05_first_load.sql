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
