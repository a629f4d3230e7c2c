-- Shows that a consumer still works on entries, so that no other consumer claims them. An entry that another one has claimed stays with it.
-- KEYS: the stream. ARGV: the group, the consumer, the entries.
-- Returns the entries that are still pending under the consumer's name.

local kept = {}
for i = 3, #ARGV do
  local entry = ARGV[i]
  if #redis.call('XPENDING', KEYS[1], ARGV[1], entry, entry, 1, ARGV[2]) == 1 then
    -- JUSTID does not count as a delivery.
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, entry, 'JUSTID')
    kept[#kept + 1] = entry
  end
end
return kept
