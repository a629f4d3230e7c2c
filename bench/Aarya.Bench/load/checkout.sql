-- The statements of one checkout of two lines, as the program sends them: the same batches, rows of the same size.
-- One script for all orders: pgbench prepares each script once per client, and a hundred scripts would measure the planner.
-- Every order takes one of @pairs@ pairs of SKUs; the server makes the ids, since pgbench cannot make a UUID.
\set one 2 * random(0, @pairs@ - 1)
\set other :one + 1
\startpipeline
begin;
select pg_try_advisory_xact_lock(hashtextextended(gen_random_uuid()::text, 0));
select request_hash, status, content_type, location, etag, body from commerce.idempotency_key where subject = 'nobody' and key = 'nothing';
\endpipeline
\startpipeline
select pg_advisory_xact_lock(hashtextextended(gen_random_uuid()::text, 0));
select order_id from commerce.cart_claim where subject = gen_random_uuid() order by order_id;
\endpipeline
\startpipeline
select nextval('commerce.order_sequence');
select sku, product_id, slug, name, size, colour, image, price_minor, currency, published, coalesce(on_hand - reserved, 0)
from commerce.variant left join commerce.stock using (sku) where sku = any(array['FLOOR-' || :one, 'FLOOR-' || :other]);
\endpipeline
\startpipeline
select from commerce.stock where sku = any(array['FLOOR-' || :one, 'FLOOR-' || :other]) order by sku for update;
with reservation_id as materialized (
  select gen_random_uuid() as id
), wanted as (
  select sku, sum(quantity)::bigint as quantity
  from unnest(array['FLOOR-' || :one, 'FLOOR-' || :other], array[1, 1]) as line(sku, quantity) group by sku
), short as (
  select wanted.sku, wanted.quantity, coalesce(on_hand - reserved, 0) as available
  from wanted left join commerce.stock using (sku)
  where coalesce(on_hand - reserved, 0) < wanted.quantity
), taken as (
  update commerce.stock set reserved = reserved + wanted.quantity, sequence = sequence + 1
  from wanted
  where stock.sku = wanted.sku and not exists (select from short)
    and not exists (select from commerce.reservation where id = (select id from reservation_id))
  returning stock.sku, wanted.quantity
), held as (
  insert into commerce.reservation (id, sku, quantity, status, expires_at)
  select (select id from reservation_id), sku, quantity, 'held', now() + interval '15 minutes' from taken
), told as (
  insert into commerce.stock_changed (sku) select sku from taken
)
select sku, quantity, available from short order by sku;
\endpipeline
\startpipeline
select commerce.mt_quick_append_events(gen_random_uuid(), 'order', '*DEFAULT*', array[gen_random_uuid()],
  array['order_placed']::varchar[], array['Aarya.Features.Commerce.Orders.OrderPlaced, Aarya.Features']::varchar[],
  array['@json1300@']::jsonb[], array[null]::bytea[], array[now()], 0);
insert into commerce.wolverine_outgoing_envelopes (body, id, owner_id, destination, deliver_by, attempts, message_type)
values ('\x@hex1400@', gen_random_uuid(), 1, 'floor://nowhere', null, 0, 'commerce.commerce.order_placed.v1');
insert into commerce.cart_claim (order_id, subject) values (gen_random_uuid(), gen_random_uuid());
insert into commerce.wolverine_incoming_envelopes
  (body, id, status, owner_id, execution_time, attempts, message_type, received_at, keep_until)
values ('\x@hex700@', gen_random_uuid(), 'Handled', 0, now() + interval '15 minutes', 0, 'floor', 'floor://nowhere', now());
insert into commerce.idempotency_key (subject, key, request_hash, status, content_type, location, etag, body)
values (gen_random_uuid()::text, gen_random_uuid()::text, '\x@hex32@', 201, 'application/json; charset=utf-8', '/api/orders/x', null,
  '\x@hex1300@');
insert into commerce.mt_doc_order (id, data, mt_version, mt_dotnet_type, mt_last_modified)
values (gen_random_uuid(), '@json1500@', 1, 'Aarya.Features.Commerce.Orders.Order', transaction_timestamp());
commit;
\endpipeline
