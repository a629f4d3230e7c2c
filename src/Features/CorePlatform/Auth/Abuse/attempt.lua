-- Counts one attempt on an account before it is made, or returns how many milliseconds to wait first.
-- KEYS: attempts from this network or known device; for a network also: attempts from anywhere, mark that the owner has signed in from
-- this network.
-- ARGV: for each of the two counts, the number of free attempts and the longest delay in ms; how long a count is kept after its last
-- attempt, in ms.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local counted = (#KEYS == 1 or redis.call('EXISTS', KEYS[3]) == 1) and 1 or 2
local wait = 0
for i = 1, counted do
    wait = math.max(wait, tonumber(redis.call('HGET', KEYS[i], 'until') or 0) - now)
end
if wait > 0 then return wait end
for i = 1, counted do
    local free, longest = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
    local count = redis.call('HINCRBY', KEYS[i], 'count', 1)
    if count >= free then
        redis.call('HSET', KEYS[i], 'until', string.format('%.0f', now + math.min(longest, 1000 * 2 ^ math.min(count - free, 30))))
    end
    redis.call('PEXPIRE', KEYS[i], ARGV[5])
end
return 0
