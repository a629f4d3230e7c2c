-- Takes back one attempt that attempt.lua counted, with the wait that it started.
-- KEYS: the same as for attempt.lua.
local counted = (#KEYS == 1 or redis.call('EXISTS', KEYS[3]) == 1) and 1 or 2
for i = 1, counted do
    if redis.call('HINCRBY', KEYS[i], 'count', -1) > 0 then
        redis.call('HDEL', KEYS[i], 'until')
    else
        redis.call('DEL', KEYS[i])
    end
end
