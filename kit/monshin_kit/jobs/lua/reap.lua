-- most at once, lost workers until a job fails, code, reason, message -> {id, state, ...} of those whose lease lapsed
local answer = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', index('leased'), '-inf', now, 'LIMIT', 0, ARGV[1])) do
  local was = get(id, 'state', 'step')
  if was[1] == 'CANCELLING' then
    move(id, 'CANCELLED')
  elseif redis.call('HINCRBY', key('lost', id), was[2], 1) >= tonumber(ARGV[2]) then
    redis.call('DEL', key('lost', id))
    set(id, 'code', ARGV[3], 'reason', ARGV[4], 'message', ARGV[5])
    move(id, 'FAILED')
  else
    move(id, 'QUEUED')
  end
  table.insert(answer, id)
  table.insert(answer, state_of(id))
end
return answer
