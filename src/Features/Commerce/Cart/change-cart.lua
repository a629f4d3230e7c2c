-- Changes one cart and tells analytics about it, or does neither.
--
-- KEYS 1 the cart: a hash of SKU -> quantity:price:currency:added (price in minor units, added in Unix milliseconds)
--      2 the analytics stream
--      3 add, set, remove, clear, ordered: what keeps a change with a key from happening twice (read only when there is a key)
--        merge: the guest's cart
-- ARGV 1 operation  2 whose cart  3 now, ISO 8601  4 now, Unix milliseconds  5 seconds that the cart is kept
--      6 fingerprint of a change with a key, else ''  7 seconds that a key is kept  8 id of the event  9.. operands
-- Answers {outcome, the recorded answer of a replayed change, the cart as HGETALL gives it}

local cart, stream = KEYS[1], KEYS[2]
local operation, subject, at, milliseconds, ttl, fingerprint, key_ttl, event = unpack(ARGV, 1, 8)
local changed = {}

if fingerprint ~= '' then
  local key = redis.call('HMGET', KEYS[3], 'fingerprint', 'lines', 'answer')
  if key[1] and key[1] ~= fingerprint then return {'key_reused'} end
  if key[1] then return {'replayed', key[3], cmsgpack.unpack(key[2])} end
end

local function quantity(line)
  return line and tonumber(string.match(line, '^%d+')) or 0
end

local function put(sku, before, after, rest)
  redis.call('HSET', cart, sku, after .. ':' .. rest)
  changed[#changed + 1] = {sku = sku, was = before, quantity = after}
end

local function drop(sku, before)
  redis.call('HDEL', cart, sku)
  changed[#changed + 1] = {sku = sku, was = before, quantity = 0}
end

-- When a line was added, by which the lines are ordered: later than every other, though all may be put in within one millisecond.
local function added(line)
  if line then return string.match(line, '%d+$') end
  local latest = tonumber(milliseconds)
  for _, other in ipairs(redis.call('HVALS', cart)) do latest = math.max(latest, tonumber(string.match(other, '%d+$')) + 1) end
  return string.format('%.0f', latest)
end

if operation == 'add' or operation == 'set' then
  local sku, price, many, without_price, line_limit, lines_limit = ARGV[9], ARGV[10], tonumber(ARGV[11]), ARGV[12], tonumber(ARGV[13]), tonumber(ARGV[14])
  if price == '' then return {without_price} end
  local line = redis.call('HGET', cart, sku)
  local before = quantity(line)
  if operation == 'set' and not line then return {'no_line'} end
  local after = operation == 'add' and before + many or many
  if after > line_limit then return {'line_limit'} end
  if not line and redis.call('HLEN', cart) >= lines_limit then return {'too_many_lines'} end
  put(sku, before, after, price .. ':' .. added(line))

elseif operation == 'remove' then
  local line = redis.call('HGET', cart, ARGV[9])
  if not line then return {'no_line'} end
  drop(ARGV[9], quantity(line))

elseif operation == 'clear' then
  local lines = redis.call('HGETALL', cart)
  for i = 1, #lines, 2 do drop(lines[i], quantity(lines[i + 1])) end

elseif operation == 'ordered' then
  for i = 9, #ARGV, 2 do
    local line = redis.call('HGET', cart, ARGV[i])
    local before = quantity(line)
    local after = before - tonumber(ARGV[i + 1])
    if line and after > 0 then
      put(ARGV[i], before, after, string.match(line, '^%d+:(.*)$'))
    elseif line then
      drop(ARGV[i], before)
    end
  end

elseif operation == 'merge' then
  local guest = redis.call('HGETALL', KEYS[3])
  for i = 1, #guest, 2 do
    local sku, theirs = guest[i], guest[i + 1]
    local before = quantity(redis.call('HGET', cart, sku))
    if quantity(theirs) > before then put(sku, before, quantity(theirs), string.match(theirs, '^%d+:(.*)$')) end
  end
  redis.call('DEL', KEYS[3])
end

if #changed > 0 then
  redis.call('EXPIRE', cart, ttl)
  redis.call('XADD', stream, '*', 'id', event, 'type', 'commerce.cart_changed.v1', 'at', at, 'key', subject,
    'body', cjson.encode({subject = subject, change = operation, lines = changed, at = at}))
end

local lines = redis.call('HGETALL', cart)
if fingerprint ~= '' then
  redis.call('HSET', KEYS[3], 'fingerprint', fingerprint, 'lines', cmsgpack.pack(lines))
  redis.call('EXPIRE', KEYS[3], key_ttl)
end
return {'ok', false, lines}
