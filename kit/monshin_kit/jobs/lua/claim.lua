-- id, worker, lease in ms -> the record, or nothing if there is nothing to do. The worker's name is new for each claim:
-- if its answer was lost, the same claim gets it again.
local id, worker = ARGV[1], ARGV[2]
local was = get(id, 'state', 'worker', 'started_ms', 'not_before_ms')
if was[1] == 'QUEUED' then
  if tonumber(was[4] or 0) > now then return false end
  redis.call('HINCRBY', key('job', id), 'attempt', 1)
  set(id, 'worker', worker, 'write', 0, 'started_ms', was[3] == '0' and now or was[3])
  move(id, 'RUNNING', now + ARGV[3])
elseif was[2] ~= worker or (was[1] ~= 'RUNNING' and was[1] ~= 'CANCELLING') then
  return false
end
return redis.call('HGETALL', key('job', id))
