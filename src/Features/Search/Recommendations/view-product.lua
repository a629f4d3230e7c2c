-- Changes what one shopper has looked at, in a table that several shoppers share. KEYS: the table.
-- ARGV: the shopper; the time now and the oldest time that counts, in seconds; the most products of a shopper; the most shoppers of the
-- table; the seconds until the table ends; then the products, 16 bytes each, the latest view first. Without products, the shopper is
-- removed.
-- A value is the time of the last view, as ten digits, and the products, the latest view first.

local table_, shopper = KEYS[1], ARGV[1]
if #ARGV == 6 then return redis.call('HDEL', table_, shopper) end

local known = redis.call('HGET', table_, shopper)
local seen, products = {}, ''
local function take(product)
  if seen[product] or #products >= 16 * tonumber(ARGV[4]) then return end
  seen[product] = true
  products = products .. product
end
for i = 7, #ARGV do take(ARGV[i]) end
if known and tonumber(string.sub(known, 1, 10)) >= tonumber(ARGV[3]) then
  for at = 11, #known, 16 do take(string.sub(known, at, at + 15)) end
end

-- What is too old goes, although others keep the table. In a full table the shopper whose last view is the oldest gives way, so that no
-- client can fill the memory.
local all, count, oldest = redis.call('HGETALL', table_), 0, nil
for i = 1, #all, 2 do
  local at = string.sub(all[i + 1], 1, 10)
  if tonumber(at) < tonumber(ARGV[3]) then
    redis.call('HDEL', table_, all[i])
  elseif all[i] ~= shopper then
    count = count + 1
    if not oldest or at < oldest.at then oldest = { at = at, shopper = all[i] } end
  end
end
if count >= tonumber(ARGV[5]) then redis.call('HDEL', table_, oldest.shopper) end

redis.call('HSET', table_, shopper, string.format('%010d', tonumber(ARGV[2])) .. products)
redis.call('EXPIRE', table_, ARGV[6])
return 1
