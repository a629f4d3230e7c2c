-- How full a stream is, and how far each of its groups has come.
-- KEYS: the stream. ARGV: the most entries that are counted as not read.
-- Returns how many entries it has, its bytes, the oldest entry, and per group: its name, how many entries are read and not acknowledged,
-- how many are not read, and the oldest entry that is not acknowledged.

local stream, most = KEYS[1], tonumber(ARGV[1])
if redis.call('EXISTS', stream) == 0 then return {0, 0, '', {}} end

local groups = {}
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local group = {}
  for i = 1, #flat, 2 do group[flat[i]] = flat[i + 1] end
  -- Not by the group's lag: it is wrong after Redis was killed. In pages, because each takes memory.
  local unread, oldest, from = 0, '', '(' .. group['last-delivered-id']
  repeat
    local page = redis.call('XRANGE', stream, from, '+', 'COUNT', math.min(1000, most - unread))
    if page[1] and oldest == '' then oldest = page[1][1] end
    unread = unread + #page
    if #page > 0 then from = '(' .. page[#page][1] end
  until #page < 1000 or unread >= most
  if group.pending > 0 then oldest = redis.call('XPENDING', stream, group.name)[2] end
  groups[#groups + 1] = {group.name, group.pending, unread, oldest}
end

local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
return {redis.call('XLEN', stream), redis.call('MEMORY', 'USAGE', stream, 'SAMPLES', 5), first and first[1] or '', groups}
