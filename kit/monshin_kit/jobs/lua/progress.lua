-- id, attempt, lease in ms, write, phase, step, done, total, numbers -> state, or nothing if fenced
local id = ARGV[1]
if is_fenced(id, ARGV[2]) then return false end
extend(id, ARGV[3])
if not is_repeated(id, ARGV[4]) then
  set(id, 'phase', ARGV[5], 'step', ARGV[6], 'done', ARGV[7], 'total', ARGV[8], 'numbers', ARGV[9])
  emit(id)
end
return state_of(id)
