-- id, attempt, lease in ms -> state, or nothing if fenced
local id = ARGV[1]
if is_fenced(id, ARGV[2]) then return false end
extend(id, ARGV[3])
return state_of(id)
