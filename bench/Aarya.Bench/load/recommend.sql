-- What others bought with the products of one shopper, the most frequent first.
\set one random(1, @count@)
with mine as materialized (
  select distinct product_id from search.purchase where subject = (select subject from bench_shopper where position = :one)
), picked as (
  select other.product_id, count(*) as times
  from mine join search.purchase as own using (product_id) join search.purchase as other using (order_id)
  where not exists (select from mine as had where had.product_id = other.product_id)
  group by other.product_id order by times desc, other.product_id limit 12
)
select product_id, slug, name, image, price_minor, times from picked join search.product using (product_id)
where exists (select from search.variant join search.stock using (sku) where variant.product_id = picked.product_id and available > 0);
