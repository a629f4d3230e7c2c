-- Deletes the oldest entries of a stream that are too old or too many, unless a reader still needs them.
-- KEYS: the stream. ARGV: its cap; the longest and the shortest age of an entry in milliseconds,
-- 0 for a stream without an outbox; the last entry that the compactor has
-- archived or counted, or empty when it does neither; the most entries to delete; the bytes above which every entry is one too many, or 0;
-- the groups that read the stream.
-- Returns how many it deleted, how many are left, the oldest one, and who still needs the oldest one if it is too old or too many.

local stream = KEYS[1]
local cap, longest, shortest, most, bytes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5]), tonumber(ARGV[6])

if redis.call('EXISTS', stream) == 0 then return {0, 0, '', ''} end

local function parts(id)
  local ms, sequence = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(sequence)
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- The first entry that a reader needs.
local needed, sequence_needed, by = shortest > 0 and now - shortest or math.huge, 0, 'outbox'
local function is_before(ms, sequence) return ms < needed or (ms == needed and sequence < sequence_needed) end
local function need(ms, sequence, who)
  if is_before(ms, sequence) then needed, sequence_needed, by = ms, sequence, who end
end

-- A group without consumers: so the compactor counts wherever the program asks which entries all groups have handled.
if ARGV[4] ~= '' then
  local created = redis.pcall('XGROUP', 'CREATE', stream, 'compactor', ARGV[4])
  if created.err then redis.call('XGROUP', 'SETID', stream, 'compactor', ARGV[4]) end
end

-- A reader that has not started yet has no group, and must not miss what is deleted.
for i = 7, #ARGV do redis.pcall('XGROUP', 'CREATE', stream, ARGV[i], '0-0') end

for _, flat in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local group = {}
  for i = 1, #flat, 2 do group[flat[i]] = flat[i + 1] end
  local ms, sequence = parts(group['last-delivered-id'])
  need(ms, sequence + 1, group.name)
  if group.pending > 0 then
    ms, sequence = parts(redis.call('XPENDING', stream, group.name)[2])
    need(ms, sequence, group.name)
  end
end

local length, deleted, held = redis.call('XLEN', stream), 0, ''
while deleted < most do
  local page = redis.call('XRANGE', stream, '-', '+', 'COUNT', 50)
  local count, first_kept = 0, nil
  local is_large = bytes > 0 and redis.call('MEMORY', 'USAGE', stream, 'SAMPLES', 5) > bytes
  for _, entry in ipairs(page) do
    local ms, sequence = parts(entry[1])
    local is_due = ms < now - longest or length - count > cap or is_large
    if not is_due then break end
    if not is_before(ms, sequence) then
      held = by
      break
    end
    count = count + 1
    first_kept = string.format('%.0f-%.0f', ms, sequence + 1)
  end
  if count == 0 then break end
  deleted = deleted + redis.call('XTRIM', stream, 'MINID', '=', first_kept)
  length = redis.call('XLEN', stream)
  if count < #page then break end
end

local oldest = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
return {deleted, length, oldest and oldest[1] or '', held}
