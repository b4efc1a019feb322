-- most at once, retention in ms -> ids of jobs that are gone, and whose folders are to be deleted: they are told again
-- until `swept` says so, and meanwhile few jobs more are let go. The jobs of a job go with it and never before: it may run
-- for longer than the retention, or be resumed near its end, and then counts on those that are done.
local function is_enough() return redis.call('SCARD', index('gone')) >= tonumber(ARGV[1]) end

local function forget(id)
  for _, child in ipairs(redis.call('SMEMBERS', key('children', id))) do forget(child) end
  if state_of(id) then
    redis.call('HINCRBY', index('counts'), state_of(id), -1)
    redis.call('SADD', index('gone'), id)
  end
  redis.call('DEL', key('job', id), key('events', id), key('lost', id), key('children', id))
  redis.call('ZREM', index('ids'), id)
  for _, name in ipairs(INDEXES) do redis.call('ZREM', index(name), id) end
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', index('finished'), '-inf', now - ARGV[2], 'LIMIT', 0, ARGV[1])) do
  if is_enough() then break end
  local parent = redis.call('HGET', key('job', id), 'parent')
  if parent and parent ~= '' and state_of(parent) then
    redis.call('ZREM', index('finished'), id)
  else
    forget(id)
  end
end
return redis.call('SMEMBERS', index('gone'))
