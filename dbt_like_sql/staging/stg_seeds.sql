-- Grain: one row a seed of a domain, exact repeats left out.
-- Inputs: build.seeds
-- Output: sample_id, domain, licence, source, family, language ('' becomes 'unknown', a family null)
{{ config(materialized='view') }}
select
  sample_id,
  domain,
  coalesce(nullif(licence, ''), 'unknown') as licence,
  coalesce(nullif(source, ''), 'unknown') as source,
  nullif(family, '') as family,
  coalesce(nullif(language, ''), 'unknown') as language
from {{ source('build', 'seeds') }}
