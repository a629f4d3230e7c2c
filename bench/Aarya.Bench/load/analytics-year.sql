-- Fills the counts of a shop with 5,000 SKUs, 20 sources and 4 kinds of devices: the subjects of 420 days until @today@, and the sums
-- without a subject of 790 days. The n-th subject of a kind has a row on the fewer days the larger n is. The rows of a day are mixed, as
-- the compactor writes them during the day. Pages have as many subjects as a day and a month may have.
set statement_timeout = 0;
truncate content.analytics_day, content.product, content.product_sku;
insert into content.product (product_id, name, category, version)
select md5(rank::text)::uuid, 'Style ' || rank, 'category-' || rank % 20, 1 from generate_series(1, 1250) as rank;
insert into content.product_sku (sku, product_id)
select 'ST-' || lpad(rank::text, 5, '0') || '-M', md5((1 + rank % 1250)::text)::uuid from generate_series(1, 5000) as rank;

do $$
declare
  today date := '@today@';
  month date;
begin
  for offset_ in reverse 789..0 loop
    insert into content.analytics_day (kind, day, subject, source, device, count)
    select kind, today - offset_, subject, source, device, count from (
      select kind, name.subject, '' as source, '' as device, floor(1 + random() * 2000 / rank) as count
      from (values ('purchased_item', 5000, 500, 'sku'), ('revenue_of_item', 5000, 500, 'sku'), ('add_to_cart', 5000, 2000, 'sku'),
          ('product_view', 1250, 1250, 'id'), ('search', 20000, 1500, 'words'), ('search_without_results', 5000, 150, 'words'),
          ('page_view', 20000, case when offset_ < 60 or offset_ > 330 then 20000 else 1000 end, 'path'), ('checkout_step', 4, 4, 'step'))
        as counted (kind, subjects, often, form)
      cross join lateral generate_series(1, subjects) as rank
      cross join lateral (select case form
        when 'sku' then 'ST-' || lpad(rank::text, 5, '0') || '-M' when 'id' then md5(rank::text)::uuid::text
        when 'path' then '/products/style-' || rank when 'words' then 'red cotton ' || rank
        else (array['cart', 'address', 'delivery', 'payment'])[rank] end as subject) as name
      where offset_ < 420 and random() < often::float8 / rank
      union all
      select kind, '', 'source-' || source, (array['phone', 'tablet', 'desktop', 'other'])[device], floor(1000 * random())
      from unnest(array['page_view', 'product_view', 'search', 'search_without_results', 'checkout_step', 'purchased_item',
        'revenue_of_item', 'add_to_cart', 'purchase', 'revenue', 'refund', 'refunded']) as kind
      cross join generate_series(1, 20) as source cross join generate_series(1, 4) as device
      union all
      select kind, '', '', '', floor(100000 * random())
      from unnest(array['purchased_item.day', 'purchase.day', 'revenue.day', 'refund.day', 'refunded.day', 'lost']) as kind
    ) as row order by random();

    -- The sums of a month are there when it ends, or today.
    month := date_trunc('month', today - offset_);
    if offset_ = 0 or date_trunc('month', today - offset_ + 1) > month then
      insert into content.analytics_day (kind, day, subject, source, device, count)
      select kind || '.month', month, subject, source, device, sum(count) from content.analytics_day
      where day between month and today - offset_ and kind not like '%.month' and kind not like '%.day'
      group by kind, subject, source, device;
    end if;
  end loop;
end $$;

-- As autovacuum leaves a table of this age.
vacuum analyze content.analytics_day;
