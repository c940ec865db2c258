-- The sample Platform's database. Schema and columns as such a system could have them; text as people type it.

-- name: exists
SELECT to_regclass('platform.injections') IS NOT NULL

-- name: has_records
SELECT EXISTS (SELECT FROM platform.injections)

-- name: create
CREATE SCHEMA platform;

CREATE TABLE platform.sites (
    ma_diem_tiem   text PRIMARY KEY,
    ten_diem_tiem  text NOT NULL,
    loai           text NOT NULL,
    ma_dia_ban     text NOT NULL,
    ke_hoach_ngay  integer NOT NULL,
    hoat_dong_tu   date NOT NULL
);
COMMENT ON TABLE platform.sites IS 'One row per vaccination site; sample data.';

CREATE TABLE platform.injections (
    ma_mui_tiem       text COLLATE "C" NOT NULL,
    ma_doi_tuong      integer NOT NULL,
    so_giay_to        text,
    ho_ten            text NOT NULL,
    so_dien_thoai     text,
    ngay_sinh         text,
    nam_sinh          smallint,
    gioi_tinh         text,
    ma_xa             text,
    ma_diem_tiem      text,
    ten_vac_xin       text,
    so_lo             text,
    mui_so            smallint,
    loai_mui          text,
    nhom_uu_tien      smallint,
    thoi_gian_tiem    timestamptz,
    thoi_gian_nhap    timestamptz NOT NULL,
    ket_qua_xac_thuc  text,
    xac_thuc_luc      timestamptz,
    in_giay_luc       timestamptz,
    xac_nhan_app_luc  timestamptz,
    trang_thai        text NOT NULL,
    cap_nhat_luc      timestamptz NOT NULL
);
COMMENT ON TABLE platform.injections IS 'One row per injection entered; all people in it are invented.';
COMMENT ON COLUMN platform.injections.cap_nhat_luc IS 'Last change of the row: with ma_mui_tiem the order in which a reader follows.';

ALTER TABLE platform.injections ADD CONSTRAINT injections_pkey PRIMARY KEY (ma_mui_tiem);
CREATE INDEX injections_changes ON platform.injections (cap_nhat_luc, ma_mui_tiem);

CREATE SEQUENCE platform.ma_mui_tiem_seq;

-- name: create_supply
-- Beside a Platform that an earlier version made, too. Fixed sites plan a session on each day from Monday to Saturday.
CREATE TABLE IF NOT EXISTS platform.sessions (
    ma_diem_tiem  text NOT NULL,
    ngay          date NOT NULL,
    tu_gio        smallint NOT NULL,
    den_gio       smallint NOT NULL,
    so_mui        integer NOT NULL,
    PRIMARY KEY (ma_diem_tiem, ngay)
);
COMMENT ON TABLE platform.sessions IS 'One row per session that a site plans; sample data.';
INSERT INTO platform.sessions
SELECT s.ma_diem_tiem, day::date, 7, 17, s.ke_hoach_ngay
FROM platform.sites s CROSS JOIN generate_series(s.hoat_dong_tu, '2022-12-31', interval '1 day') AS day
WHERE s.loai <> 'mobile' AND date_part('isodow', day) < 7 AND NOT EXISTS (SELECT FROM platform.sessions);

CREATE TABLE IF NOT EXISTS platform.stock (
    ma_huyen      text NOT NULL,
    ma_vac_xin    text NOT NULL,
    so_lo         text,
    loai          text NOT NULL,
    ngay          date NOT NULL,
    so_lieu       integer NOT NULL,
    lieu_moi_lo   smallint NOT NULL
);
COMMENT ON TABLE platform.stock IS 'One row per movement of a district''s stock, in doses; sample data.';

-- name: fill_stock
-- Each lot came the day before its first use, in whole vials and a little more than was used; some of each opened vial
-- was lost. What lies in stock beyond that lasts each district and vaccine from 4 to 40 days.
INSERT INTO platform.stock
WITH given AS (
    SELECT p.ma_huyen, v.ma_vac_xin, i.so_lo, k.ngay
    FROM platform.injections i
    JOIN unnest(%(sites)s::text[], %(districts)s::text[]) AS p (ma_diem_tiem, ma_huyen) USING (ma_diem_tiem)
    JOIN unnest(%(spellings)s::text[], %(codes)s::text[]) AS v (ten_vac_xin, ma_vac_xin) USING (ten_vac_xin)
    CROSS JOIN LATERAL (SELECT (i.thoi_gian_tiem AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS ngay) AS k
    WHERE i.trang_thai = 'Đã tiêm' AND i.so_lo IS NOT NULL AND k.ngay BETWEEN '2021-03-01' AND %(today)s::date
), vial AS (
    SELECT * FROM unnest(%(vaccines)s::text[], %(doses_per_vial)s::smallint[]) AS d (ma_vac_xin, lieu_moi_lo)
), lot AS (
    SELECT g.ma_huyen, g.ma_vac_xin, g.so_lo, v.lieu_moi_lo AS vial, min(g.ngay) AS first_on, max(g.ngay) AS last_on,
        ceil(count(*) * 1.03 / v.lieu_moi_lo) AS opened
    FROM given g JOIN vial v USING (ma_vac_xin)
    GROUP BY g.ma_huyen, g.ma_vac_xin, g.so_lo, v.lieu_moi_lo
), last_weeks AS (
    SELECT g.ma_huyen, g.ma_vac_xin, v.lieu_moi_lo AS vial,
        ceil(count(*) / 14.0 * (4 + ('x' || left(md5(g.ma_huyen || g.ma_vac_xin), 4))::bit(16)::integer %% 37)
            / v.lieu_moi_lo) AS vials
    FROM given g JOIN vial v USING (ma_vac_xin)
    WHERE g.ngay > %(today)s::date - 14
    GROUP BY g.ma_huyen, g.ma_vac_xin, v.lieu_moi_lo
), received AS (
    SELECT ma_huyen, ma_vac_xin, so_lo, first_on - 1 AS ngay, opened * vial AS doses, vial FROM lot
    UNION ALL
    SELECT ma_huyen, ma_vac_xin, 'MH-KHO', %(today)s::date - 2, vials * vial, vial FROM last_weeks
)
SELECT ma_huyen, ma_vac_xin, so_lo, 'received', ngay, doses, vial FROM received
UNION ALL
SELECT ma_huyen, ma_vac_xin, so_lo, 'opened', last_on, opened * vial, vial FROM lot
UNION ALL
SELECT ma_huyen, ma_vac_xin, NULL, 'allocated', date_trunc('month', ngay)::date, sum(doses) + 10 * max(vial), max(vial)
FROM received GROUP BY ma_huyen, ma_vac_xin, date_trunc('month', ngay)

-- name: has_stock
SELECT EXISTS (SELECT FROM platform.stock)

-- name: begin_backlog
CREATE TABLE platform.backlog (LIKE platform.injections INCLUDING COMMENTS);
SET LOCAL maintenance_work_mem = '256MB';

-- name: publish_backlog
ALTER TABLE platform.backlog ADD CONSTRAINT backlog_pkey PRIMARY KEY (ma_mui_tiem);
CREATE INDEX backlog_changes ON platform.backlog (cap_nhat_luc, ma_mui_tiem);
DROP TABLE platform.injections;
ALTER TABLE platform.backlog RENAME TO injections;
ALTER INDEX platform.backlog_pkey RENAME TO injections_pkey;
ALTER INDEX platform.backlog_changes RENAME TO injections_changes;
COMMENT ON TABLE platform.injections IS 'One row per injection entered; all people in it are invented.';
SELECT pg_notify('injections_changed', '');

-- name: last_change
SELECT max(cap_nhat_luc) AS at FROM platform.injections

-- name: given
SELECT string_agg(
           int4send(ma_doi_tuong)
           || int4send((thoi_gian_tiem AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - date '1970-01-01')
           || int2send(mui_so)
           || int2send(coalesce(array_position(%(spellings)s::text[], ten_vac_xin), 1)::smallint),
           ''::bytea) AS packed
FROM platform.injections
WHERE trang_thai = 'Đã tiêm' AND mui_so BETWEEN 1 AND 5 AND thoi_gian_tiem IS NOT NULL
GROUP BY ma_doi_tuong / 65536

-- name: next_numbers
SELECT nextval('platform.ma_mui_tiem_seq') FROM generate_series(1, %(count)s)

-- name: awaiting_identity
SELECT ma_mui_tiem FROM platform.injections
WHERE cap_nhat_luc >= %(since)s AND ket_qua_xac_thuc = 'Chưa xác thực' AND trang_thai = 'Đã tiêm'
ORDER BY cap_nhat_luc LIMIT %(count)s

-- name: awaiting_certificate
SELECT ma_mui_tiem FROM platform.injections
WHERE cap_nhat_luc >= %(since)s AND in_giay_luc IS NULL AND trang_thai = 'Đã tiêm'
ORDER BY cap_nhat_luc LIMIT %(count)s

-- name: awaiting_app
SELECT ma_mui_tiem FROM platform.injections
WHERE cap_nhat_luc >= %(since)s AND in_giay_luc IS NOT NULL AND xac_nhan_app_luc IS NULL AND trang_thai = 'Đã tiêm'
ORDER BY cap_nhat_luc LIMIT %(count)s

-- name: recent
SELECT ma_mui_tiem FROM platform.injections
WHERE cap_nhat_luc >= %(since)s AND trang_thai = 'Đã tiêm'
ORDER BY md5(ma_mui_tiem || %(salt)s) LIMIT %(count)s

-- name: answer_identity
UPDATE platform.injections SET ket_qua_xac_thuc = %(answer)s, xac_thuc_luc = %(now)s, cap_nhat_luc = %(now)s
WHERE ma_mui_tiem = ANY(%(records)s)

-- name: print_certificate
UPDATE platform.injections SET in_giay_luc = %(now)s, cap_nhat_luc = %(now)s WHERE ma_mui_tiem = ANY(%(records)s)

-- name: confirm_in_app
UPDATE platform.injections SET xac_nhan_app_luc = %(now)s, cap_nhat_luc = %(now)s WHERE ma_mui_tiem = ANY(%(records)s)

-- name: void
UPDATE platform.injections SET trang_thai = 'Nhập sai', cap_nhat_luc = %(now)s WHERE ma_mui_tiem = ANY(%(records)s)

-- name: correct_site
UPDATE platform.injections SET ma_diem_tiem = %(site)s, cap_nhat_luc = %(now)s WHERE ma_mui_tiem = ANY(%(records)s)

-- name: correct_time
UPDATE platform.injections
SET thoi_gian_tiem = thoi_gian_tiem - make_interval(mins => %(minutes)s), cap_nhat_luc = %(now)s
WHERE ma_mui_tiem = ANY(%(records)s)

-- name: correct_residence
UPDATE platform.injections SET ma_xa = %(unit)s, cap_nhat_luc = %(now)s WHERE ma_mui_tiem = ANY(%(records)s)

-- name: notify
SELECT pg_notify('injections_changed', '')
