-- One search for one or two words that the shop's products have: the page, the total and the counts of every facet, in one statement.
\set one random_zipfian(1, @words@, 1.01)
\set other random_zipfian(1, @words@ * 2, 1.01)
with hit as materialized (
  select product_id, category, published_at, ts_rank('{0.15, 0.6, 0.8, 1}', words, query)::real as rank
  from search.product, (
    select (select query from bench_word where position = :one)
      && coalesce((select query from bench_word where position = :other), (select query from bench_word where position = :one)) as query
  ) as asked
  where published and words @@ query
), offer as materialized (
  select hit.*, size, colour, price_minor, compare_at_minor, coalesce(available, 0) > 0 as in_stock
  from hit join search.variant using (product_id) left join search.stock using (sku)
), found as materialized (
  select product_id, max(rank) as rank, max(published_at) as published_at, min(price_minor) as price_minor, bool_or(in_stock) as in_stock
  from offer group by product_id
), page as (
  select *, row_number() over (order by rank desc, product_id desc) as position from found order by rank desc, product_id desc limit 25
), facet as (
  select 'category' as name, min(category) as value, count(distinct product_id) as count from offer group by lower(category)
  union all
  select 'size', min(size), count(distinct product_id) from offer group by lower(size)
  union all
  select 'colour', min(colour), count(distinct product_id) from offer group by lower(colour)
  union all
  select 'price', width_bucket(price_minor, array[50000, 100000, 200000, 500000]::bigint[])::text, count(distinct product_id)
  from offer group by 2
)
select (select count(*) from found),
  (select coalesce(json_agg(json_build_object('id', product_id, 'slug', slug, 'name', name, 'category', category, 'image', image,
     'price', page.price_minor, 'inStock', in_stock, 'rank', rank) order by position), '[]')
   from page join search.product using (product_id)),
  (select coalesce(json_agg(facet), '[]') from facet);
