-- id, attempt, tries until it fails, first pause in ms, longest pause in ms, code, reason, message -> state, or nothing if
-- fenced. What the job needs is away: it waits, each time twice as long. Progress in between starts the count anew.
local id, attempt = ARGV[1], ARGV[2]
local was = get(id, 'state', 'attempt')
if (was[1] == 'QUEUED' or was[1] == 'FAILED') and was[2] == attempt then return was[1] end -- its first answer was lost
if is_fenced(id, attempt) then return false end
if was[1] == 'CANCELLING' then
  move(id, 'CANCELLED')
  return 'CANCELLED'
end
local tries = redis.call('HINCRBY', key('lost', id), AWAY, 1)
if tries >= tonumber(ARGV[3]) then
  redis.call('DEL', key('lost', id))
  set(id, 'code', ARGV[6], 'reason', ARGV[7], 'message', ARGV[8])
  move(id, 'FAILED')
  return 'FAILED'
end
local from = now + math.min(ARGV[4] * 2 ^ (tries - 1), tonumber(ARGV[5]))
set(id, 'not_before_ms', string.format('%.0f', from))
move(id, 'QUEUED')
redis.call('ZREM', index('queued'), id)
redis.call('ZADD', index('delayed'), from, id)
return 'QUEUED'
