-- id -> the record, or nothing if there is none. Only FAILED and CANCELLED change.
local id = ARGV[1]
local state = state_of(id)
if state == 'FAILED' or state == 'CANCELLED' then
  redis.call('DEL', key('lost', id))
  set(id, 'code', '', 'reason', '', 'message', '', 'not_before_ms', 0)
  move(id, 'QUEUED')
end
return state and redis.call('HGETALL', key('job', id))
