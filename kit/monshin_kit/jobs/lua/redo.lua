-- id, spec, parent, its attempt -> 1, or nothing if the parent may not write. A part that is to be done anew, whatever
-- its state; a worker that has it is fenced.
local id = ARGV[1]
if is_fenced(ARGV[3], ARGV[4]) then return false end
set(id, 'spec', ARGV[2], 'result', '', 'checkpoint', '', 'checkpoint_done', -1, 'code', '', 'reason', '', 'message', '',
  'not_before_ms', 0)
redis.call('DEL', key('lost', id))
move(id, 'QUEUED')
return 1
