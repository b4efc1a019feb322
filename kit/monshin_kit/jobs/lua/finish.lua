-- id, attempt, final state, result, code, reason, message -> 1, or nothing if fenced
local id, attempt, state = ARGV[1], ARGV[2], ARGV[3]
local was = get(id, 'state', 'attempt')
if was[1] == state and was[2] == attempt then return 1 end -- its first answer was lost
if is_fenced(id, attempt) then return false end
set(id, 'result', ARGV[4], 'code', ARGV[5], 'reason', ARGV[6], 'message', ARGV[7])
if state == 'SUCCEEDED' then
  set(id, 'checkpoint', '', 'checkpoint_done', -1)
  forgive_parents(id)
end
redis.call('DEL', key('lost', id))
move(id, state)
return 1
