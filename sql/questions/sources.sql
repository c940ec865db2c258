-- Where the records come from, and whether the ETL lives.

-- name: sources
SELECT * FROM mart.sources()
 ORDER BY source

-- name: told
SELECT * FROM mart.told() ORDER BY field

-- name: refusal
SELECT * FROM mart.refusal()

-- name: heartbeat
SELECT mart.heartbeat() AS silent_seconds

-- name: first_load
SELECT * FROM mart.first_load()

-- name: metrics
SELECT * FROM mart.metrics()
