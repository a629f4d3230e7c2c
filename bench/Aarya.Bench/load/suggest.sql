-- The products and categories with a word that begins with the typed letters.
\set one random_zipfian(1, @words@, 1.01)
(select 'category', category, category from search.product
 where published and words @@ (select beginning from bench_word where position = :one) group by category order by count(*) desc limit 3)
union all
(select 'product', name, slug from search.product
 where published and words @@ (select beginning from bench_word where position = :one)
 order by ts_rank(words, (select beginning from bench_word where position = :one)) desc, product_id limit 8);
