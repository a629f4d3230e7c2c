-- The products in stock of a product's category, those first that share most words of names with it, then the newest.
\set one random(1, @count@)
with this as materialized (
  select product_id, category, tsvector_to_array(ts_filter(words, '{a}')) as name
  from search.product join bench_offer using (product_id) where position = :one
)
select product.product_id, product.slug, product.name, product.image, product.price_minor
from search.product join this on product.category = this.category and product.product_id <> this.product_id
where published and exists (
  select from search.variant join search.stock using (sku) where variant.product_id = product.product_id and available > 0)
order by (select count(*) from unnest(tsvector_to_array(ts_filter(product.words, '{a}'))) as word where word = any (this.name)) desc,
  product.published_at desc
limit 8;
