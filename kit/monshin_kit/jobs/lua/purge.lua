-- most at once, retention in ms -> ids of jobs that are gone now
local ids = redis.call('ZRANGEBYSCORE', index('finished'), '-inf', now - ARGV[2], 'LIMIT', 0, ARGV[1])
for _, id in ipairs(ids) do
  local was = get(id, 'state', 'parent')
  redis.call('HINCRBY', index('counts'), was[1], -1)
  redis.call('DEL', key('job', id), key('events', id), key('lost', id), key('children', id))
  redis.call('ZREM', index('finished'), id)
  redis.call('ZREM', index('ids'), id)
  if was[2] ~= '' then redis.call('SREM', key('children', was[2]), id) end
end
return ids
