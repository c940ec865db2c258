-- As of a batch: what a balance holds, less what was posted since. Said once for each ledger; NULL = now, and nothing was
-- posted since. Each of these functions but the first is one SELECT with the caller's rights and without settings, so that
-- PostgreSQL inlines it: conditions on its columns reach the indexes of the tables.

-- The last day of which anything was known as of a batch: later days add up to nothing then.
CREATE FUNCTION mart.last_day(p_as_of bigint) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT CASE WHEN p_as_of IS NULL THEN 'infinity'
                ELSE (SELECT coalesce(max(d.day), '-infinity') FROM warehouse.posted_day d WHERE d.first_batch <= p_as_of) END
$$;

-- The days asked for of which anything was known as of a batch; none as of now. Of people who reached a stage, doses and
-- entries only these have to be read: day by day, by the index that each of their ledgers has on (day, batch).
CREATE FUNCTION mart.known_days(p_from date, p_to date, p_as_of bigint) RETURNS TABLE (day date)
LANGUAGE sql STABLE AS $$
    SELECT d.day FROM warehouse.posted_day d
    WHERE p_as_of IS NOT NULL
      AND d.day BETWEEN coalesce(p_from, '-infinity') AND least(p_to, (SELECT mart.last_day(p_as_of)))
$$;

-- The ledger of people since a batch, with a minus.
CREATE FUNCTION mart.people_since(p_as_of bigint)
RETURNS TABLE (
    day date, unit_id integer, stage smallint, age_band smallint, {who @column smallint}, vaccine_id smallint, people integer)
LANGUAGE sql STABLE AS $$
    SELECT l.day, l.unit_id, l.stage, l.age_band, {who l.@column}, l.vaccine_id, -l.people
    FROM warehouse.ledger_people l
    WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
$$;

-- The ledger of doses since a batch, with a minus.
CREATE FUNCTION mart.doses_since(p_as_of bigint)
RETURNS TABLE (
    day date, place_unit_id integer, residence_unit_id integer, vaccine_id smallint, dose_number smallint, age_band smallint,
    {who @column smallint}, doses integer)
LANGUAGE sql STABLE AS $$
    SELECT l.day, l.place_unit_id, l.residence_unit_id, l.vaccine_id, l.dose_number, l.age_band, {who l.@column}, -l.doses
    FROM warehouse.ledger_doses l
    WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
$$;

-- The ledger of entries since a batch, with a minus.
CREATE FUNCTION mart.entries_since(p_as_of bigint)
RETURNS TABLE (day date, site_id integer, place_unit_id integer, hour smallint, {each @ integer})
LANGUAGE sql STABLE AS $$
    SELECT l.day, l.site_id, l.place_unit_id, l.hour, {each -l.@}
    FROM warehouse.ledger_entries l
    WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
$$;

-- Entries of the days asked for by day and site, in pieces to be added up.
CREATE FUNCTION mart.entries_posted(p_from date, p_to date, p_as_of bigint)
RETURNS TABLE (day date, site_id integer, place_unit_id integer, {each @ integer})
LANGUAGE sql STABLE AS $$
    SELECT b.day, b.site_id, b.place_unit_id, {each b.@}
    FROM warehouse.balance_entries_site_day b
    WHERE b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
      AND (p_as_of IS NULL OR (b.day <= (SELECT mart.last_day(p_as_of))) IS TRUE)
    UNION ALL
    SELECT d.day, l.site_id, l.place_unit_id, {each l.@}
    FROM mart.known_days(p_from, p_to, p_as_of) d
    CROSS JOIN LATERAL (SELECT * FROM mart.entries_since(p_as_of) s WHERE s.day = d.day OFFSET 0) AS l
$$;

-- Doses of one day by site and hour of injection, in pieces to be added up.
CREATE FUNCTION mart.hours_posted(p_day date, p_as_of bigint)
RETURNS TABLE (site_id integer, place_unit_id integer, hour smallint, doses integer)
LANGUAGE sql STABLE AS $$
    SELECT b.site_id, b.place_unit_id, b.hour, b.doses FROM warehouse.balance_doses_site_hour b WHERE b.day = p_day
    UNION ALL
    SELECT l.site_id, l.place_unit_id, l.hour, l.doses FROM mart.entries_since(p_as_of) l WHERE l.day = p_day
$$;

-- Doses by day of injection, day of entry and site, in pieces to be added up.
CREATE FUNCTION mart.entry_days_posted(p_as_of bigint)
RETURNS TABLE (day date, entered_on date, site_id integer, place_unit_id integer, doses integer)
LANGUAGE sql STABLE AS $$
    SELECT b.day, b.entered_on, b.site_id, b.place_unit_id, b.doses FROM warehouse.balance_entry_days b
    UNION ALL
    SELECT l.day, l.entered_on, l.site_id, l.place_unit_id, -l.doses FROM warehouse.ledger_entry_days l
    WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
$$;

-- Doses by day, site, vaccine, dose number as recorded and lot, in pieces to be added up.
CREATE FUNCTION mart.lots_posted(p_as_of bigint)
RETURNS TABLE (
    day date, site_id integer, place_unit_id integer, vaccine_id smallint, dose_number smallint, lot_number text, doses integer)
LANGUAGE sql STABLE AS $$
    SELECT b.day, b.site_id, b.place_unit_id, b.vaccine_id, b.dose_number, b.lot_number, b.doses
    FROM warehouse.balance_lots b
    UNION ALL
    SELECT l.day, l.site_id, l.place_unit_id, l.vaccine_id, l.dose_number, l.lot_number, -l.doses
    FROM warehouse.ledger_lots l
    WHERE l.batch_id > p_as_of AND l.batch_id <= (SELECT folded_through FROM warehouse.leader)
$$;
