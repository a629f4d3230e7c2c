-- Changes one cart and sends the change to analytics, or does neither.
--
-- KEYS 1 the cart: a hash of SKU -> quantity:price:currency:added (price in minor units, added in Unix milliseconds)
--      2 the part of the analytics stream in the cart's bucket
--      3 add, set, remove, clear: the latest keyed changes of this cart (read only when there is a key), a hash of
--            'key:' .. key -> {fingerprint, when, the lines afterwards}, 'order' -> the keys, the oldest first,
--            'answer' -> the key of the latest of them, a line break, the answer to it
--        ordered, merge: the mark that this was done: when, in Unix microseconds by the clock of Redis
-- ARGV 1 operation  2 owner of the cart  3 now, ISO 8601  4 now, Unix milliseconds  5 seconds that the cart is kept
--      6 fingerprint of a change with a key, else ''  7 seconds that a key is kept  8 id of the event  9 the key, else ''
--      10 the most bytes of the stream  11 and 12 source and device of the visit, else ''  13.. operands
--      (ordered: SKU, quantity, ...; merge: SKU, line, ... of the guest's cart)
-- Returns {outcome, the recorded answer of a replayed change (ordered, merge: the time in the mark), the cart as HGETALL gives it}

-- A client repeats a change soon or not at all. Guests cost nothing to create, so the data per cart is limited.
local MOST_KEYS = 32

local cart, stream, kept = KEYS[1], KEYS[2], KEYS[3]
local operation, subject, at, milliseconds, ttl, fingerprint, key_ttl, event, key = unpack(ARGV, 1, 9)
local OPERANDS = 13
local changed = {}

if operation == 'ordered' or operation == 'merge' then
  local done = redis.call('GET', kept)
  if done then return {'replayed', done, {}} end
elseif fingerprint ~= '' then
  local before = redis.call('HGET', kept, 'key:' .. key)
  if before then
    local known, when, lines = unpack(cmsgpack.unpack(before))
    if tonumber(milliseconds) - when < key_ttl * 1000 then
      if known ~= fingerprint then return {'key_reused'} end
      local answer = redis.call('HGET', kept, 'answer')
      local mine = answer and string.sub(answer, 1, #key + 1) == key .. '\n'
      return {'replayed', mine and string.sub(answer, #key + 2), lines}
    end
  end
end

-- The clock of Redis, in Unix microseconds: a reading of the cart is compared with it.
local function microseconds()
  local time = redis.call('TIME')
  return string.format('%d%06d', time[1], time[2])
end

local function quantity(line)
  return line and tonumber(string.match(line, '^%d+')) or 0
end

local function put(sku, before, after, rest)
  redis.call('HSET', cart, sku, after .. ':' .. rest)
  redis.call('EXPIRE', cart, ttl)
  if before == after then return end
  changed[#changed + 1] = {sku = sku, was = before, quantity = after}
end

local function drop(sku, before)
  redis.call('HDEL', cart, sku)
  redis.call('EXPIRE', cart, ttl)
  changed[#changed + 1] = {sku = sku, was = before, quantity = 0}
end

-- When a line was added; lines are ordered by it. A new line is later than all others, even within one millisecond.
local function added(line)
  if line then return string.match(line, '%d+$') end
  local latest = tonumber(milliseconds)
  for _, other in ipairs(redis.call('HVALS', cart)) do latest = math.max(latest, tonumber(string.match(other, '%d+$')) + 1) end
  return string.format('%.0f', latest)
end

if operation == 'add' or operation == 'set' then
  local sku, price, many, without_price, line_limit, lines_limit = unpack(ARGV, OPERANDS)
  many, line_limit, lines_limit = tonumber(many), tonumber(line_limit), tonumber(lines_limit)
  if price == '' then return {without_price} end
  local line = redis.call('HGET', cart, sku)
  local before = quantity(line)
  if operation == 'set' and not line then return {'no_line'} end
  local after = operation == 'add' and before + many or many
  if after > line_limit then return {'line_limit'} end
  if not line and redis.call('HLEN', cart) >= lines_limit then return {'too_many_lines'} end
  put(sku, before, after, price .. ':' .. added(line))

elseif operation == 'remove' then
  local sku = ARGV[OPERANDS]
  local line = redis.call('HGET', cart, sku)
  if not line then return {'no_line'} end
  drop(sku, quantity(line))

elseif operation == 'clear' then
  local lines = redis.call('HGETALL', cart)
  for i = 1, #lines, 2 do drop(lines[i], quantity(lines[i + 1])) end

elseif operation == 'ordered' then
  for i = OPERANDS, #ARGV, 2 do
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
  for i = OPERANDS, #ARGV, 2 do
    local sku, theirs = ARGV[i], ARGV[i + 1]
    local before = quantity(redis.call('HGET', cart, sku))
    if quantity(theirs) > before then put(sku, before, quantity(theirs), string.match(theirs, '^%d+:(.*)$')) end
  end
end

local used = #changed > 0 and redis.call('MEMORY', 'USAGE', stream, 'SAMPLES', 5)
if used and used > tonumber(ARGV[10]) then
  -- The stream must not fill Redis while no process counts its entries. The key is in the slot of the stream, whose name it continues.
  redis.call('INCRBYFLOAT', stream .. ':lost', 1)
elseif #changed > 0 then
  local body = {subject = subject, change = operation, lines = changed, at = at}
  if ARGV[11] ~= '' then body.source = ARGV[11] end
  if ARGV[12] ~= '' then body.device = ARGV[12] end
  redis.call('XADD', stream, '*', 'id', event, 'type', 'commerce.cart_changed.v1', 'at', at, 'key', subject, 'body', cjson.encode(body))
end

if operation == 'ordered' or operation == 'merge' then
  local done = microseconds()
  redis.call('SET', kept, done, 'EX', key_ttl)
  return {'ok', done, redis.call('HGETALL', cart)}
end

local lines = redis.call('HGETALL', cart)
if fingerprint ~= '' then
  local packed = redis.call('HGET', kept, 'order')
  local order = {}
  for _, other in ipairs(packed and cmsgpack.unpack(packed) or {}) do
    -- The key may have expired and be in use again: list it once.
    if other ~= key then order[#order + 1] = other end
  end
  order[#order + 1] = key
  if #order > MOST_KEYS then redis.call('HDEL', kept, 'key:' .. table.remove(order, 1)) end
  redis.call('HSET', kept, 'key:' .. key, cmsgpack.pack({fingerprint, tonumber(milliseconds), lines}), 'order', cmsgpack.pack(order))
  redis.call('HDEL', kept, 'answer')
  redis.call('EXPIRE', kept, key_ttl)
end
return {'ok', false, lines}
