-- id, attempt -> state, or nothing if fenced. The worker gives the job back unharmed: this is no loss.
local id, attempt = ARGV[1], ARGV[2]
local was = get(id, 'state', 'attempt')
if was[1] == 'QUEUED' and was[2] == attempt then return 'QUEUED' end -- its first answer was lost
if is_fenced(id, attempt) then return false end
move(id, was[1] == 'CANCELLING' and 'CANCELLED' or 'QUEUED')
return state_of(id)
