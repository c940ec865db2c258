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
