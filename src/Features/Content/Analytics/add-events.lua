-- Adds entries to the stream of analytics, unless the stream has used up its memory: then it counts the events as lost.
-- KEYS: the stream; the number of lost events. ARGV: the most bytes; how many events the entries stand for; their type; their bodies.

local used = redis.call('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', 5)
if used and used > tonumber(ARGV[1]) then
  redis.call('INCRBYFLOAT', KEYS[2], ARGV[2])
  return 0
end

for i = 4, #ARGV do redis.call('XADD', KEYS[1], '*', 'type', ARGV[3], 'body', ARGV[i]) end
return 1
