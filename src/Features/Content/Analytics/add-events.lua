-- Adds entries to the stream of analytics, unless the stream has used up its memory: then it counts the events as lost.
-- KEYS: the stream; the number of lost events. ARGV: the most bytes; how many events the entries stand for; how many were lost before,
-- while Redis did not answer; their type; their bodies.

if tonumber(ARGV[3]) > 0 then redis.call('INCRBYFLOAT', KEYS[2], ARGV[3]) end

local used = redis.call('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', 5)
if used and used > tonumber(ARGV[1]) then
  redis.call('INCRBYFLOAT', KEYS[2], ARGV[2])
  return 0
end

for i = 5, #ARGV do redis.call('XADD', KEYS[1], '*', 'type', ARGV[4], 'body', ARGV[i]) end
return 1
