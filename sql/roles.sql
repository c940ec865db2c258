-- Who may do what. Run at every migration, so that a new table is never forgotten.

-- name: create_writer
CREATE ROLE etl_writer NOLOGIN NOBYPASSRLS

-- name: create_reader
CREATE ROLE dashboard_reader NOLOGIN NOBYPASSRLS

-- name: join_writer
GRANT etl_writer TO CURRENT_USER

-- name: join_reader
GRANT dashboard_reader TO CURRENT_USER

-- name: grant_writer
-- Who writes asks first which migrations the warehouse has.
GRANT SELECT ON public.applied_migration TO etl_writer, dashboard_reader;
GRANT USAGE ON SCHEMA warehouse TO etl_writer;
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA warehouse TO etl_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA warehouse TO etl_writer

-- name: grant_writer_upkeep
-- PostgreSQL 17 and later: ANALYZE and VACUUM without owning the table.
GRANT MAINTAIN ON ALL TABLES IN SCHEMA warehouse TO etl_writer

-- name: grant_readers
-- The writer reads the figures too, for `status` and `verify`; the reader has nothing but the figures.
GRANT USAGE ON SCHEMA mart TO etl_writer, dashboard_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA mart TO etl_writer, dashboard_reader;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA mart FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA mart TO etl_writer, dashboard_reader
