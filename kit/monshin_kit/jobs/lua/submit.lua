-- id, request key, digest, seconds to remember it, queue limit, parent, its attempt, then fields
-- -> {id, digest of the request, is_new, the record}, 'FULL', or nothing if the parent may not write
local id, request, digest, parent = ARGV[1], ARGV[2], ARGV[3], ARGV[6]
if request ~= '' then
  local known = redis.call('HMGET', key('request', request), 'id', 'digest')
  if known[1] and state_of(known[1]) then return {known[1], known[2], 0, redis.call('HGETALL', key('job', known[1]))} end
end
if parent ~= '' then
  if is_fenced(parent, ARGV[7]) then return false end
  if state_of(id) then return {id, digest, 0, redis.call('HGETALL', key('job', id))} end
elseif redis.call('ZCARD', index('queued')) >= tonumber(ARGV[5]) then
  return 'FULL'
end
set(id, 'attempt', 0, 'phase', '', 'step', '', 'done', 0, 'total', 0, 'numbers', '', 'checkpoint', '',
  'checkpoint_done', -1, 'write', 0, 'worker', '', 'created_ms', now, 'started_ms', 0, 'result', '', 'code', '',
  'reason', '', 'message', '', 'parent', parent, unpack(ARGV, 8))
if parent == '' then
  redis.call('ZADD', index('ids'), 0, id)
else
  redis.call('SADD', key('children', parent), id)
end
if request ~= '' then
  redis.call('HSET', key('request', request), 'id', id, 'digest', digest)
  redis.call('EXPIRE', key('request', request), ARGV[4])
end
move(id, 'QUEUED')
return {id, digest, 1, redis.call('HGETALL', key('job', id))}
