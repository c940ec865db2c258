-- What the directive asks of each dose, by place of injection: identity, certificates, entry.

-- One row for a unit and its days. *_unknown are the doses of which their source does not tell it: no share counts them.
CREATE FUNCTION mart.quality(p_unit integer, p_from date, p_to date, p_as_of bigint) RETURNS TABLE (
    doses bigint, duplicates bigint, identity_correct_before bigint, identity_not_sent bigint, identity_no_id
    bigint, identity_bad_format bigint, identity_pending bigint, identity_correct bigint, identity_wrong bigint,
    identity_not_applicable bigint, certificates_printed bigint, app_confirmed bigint, entered_within_72h
    bigint, entered_same_day bigint, entered_day_1 bigint, entered_day_2 bigint, entered_day_3 bigint,
    entered_days_4_7 bigint, entered_days_8_14 bigint, entered_later bigint, entered_unknown bigint,
    identity_unknown bigint, certificates_unknown bigint, app_unknown bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT
        coalesce(sum(doses * sign), 0), coalesce(sum(duplicates * sign), 0),
        coalesce(sum(identity_correct_before * sign), 0), coalesce(sum(identity_not_sent * sign), 0),
        coalesce(sum(identity_no_id * sign), 0), coalesce(sum(identity_bad_format * sign), 0),
        coalesce(sum(identity_pending * sign), 0), coalesce(sum(identity_correct * sign), 0),
        coalesce(sum(identity_wrong * sign), 0), coalesce(sum(identity_not_applicable * sign), 0),
        coalesce(sum(certificates_printed * sign), 0), coalesce(sum(app_confirmed * sign), 0),
        coalesce(sum(entered_within_72h * sign), 0), coalesce(sum(entered_same_day * sign), 0),
        coalesce(sum(entered_day_1 * sign), 0), coalesce(sum(entered_day_2 * sign), 0),
        coalesce(sum(entered_day_3 * sign), 0), coalesce(sum(entered_days_4_7 * sign), 0),
        coalesce(sum(entered_days_8_14 * sign), 0), coalesce(sum(entered_later * sign), 0),
        coalesce(sum(entered_unknown * sign), 0), coalesce(sum(identity_unknown * sign), 0),
        coalesce(sum(certificates_unknown * sign), 0), coalesce(sum(app_unknown * sign), 0)
    FROM (
        SELECT b.place_unit_id, 1 AS sign,
            b.doses, b.duplicates, b.identity_correct_before, b.identity_not_sent, b.identity_no_id,
            b.identity_bad_format, b.identity_pending, b.identity_correct, b.identity_wrong,
            b.identity_not_applicable, b.certificates_printed, b.app_confirmed, b.entered_within_72h,
            b.entered_same_day, b.entered_day_1, b.entered_day_2, b.entered_day_3, b.entered_days_4_7,
            b.entered_days_8_14, b.entered_later, b.entered_unknown, b.identity_unknown, b.certificates_unknown,
            b.app_unknown
        FROM warehouse.balance_entries b
        WHERE b.day BETWEEN coalesce(p_from, '-infinity') AND coalesce(p_to, 'infinity')
          AND (p_as_of IS NULL OR (b.day <= (SELECT mart.last_day(p_as_of))) IS TRUE)
        UNION ALL
        SELECT l.place_unit_id, -1,
            l.doses, l.duplicates, l.identity_correct_before, l.identity_not_sent, l.identity_no_id,
            l.identity_bad_format, l.identity_pending, l.identity_correct, l.identity_wrong,
            l.identity_not_applicable, l.certificates_printed, l.app_confirmed, l.entered_within_72h,
            l.entered_same_day, l.entered_day_1, l.entered_day_2, l.entered_day_3, l.entered_days_4_7,
            l.entered_days_8_14, l.entered_later, l.entered_unknown, l.identity_unknown, l.certificates_unknown,
            l.app_unknown
        FROM warehouse.posted_day d
        CROSS JOIN LATERAL (
            SELECT p.* FROM warehouse.ledger_entries p
            WHERE p.day = d.day AND p.batch_id > p_as_of AND p.batch_id <= (SELECT folded_through FROM warehouse.leader)
            OFFSET 0) AS l
        WHERE p_as_of IS NOT NULL
          AND d.day BETWEEN coalesce(p_from, '-infinity') AND least(p_to, (SELECT mart.last_day(p_as_of)))
    ) AS e
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
