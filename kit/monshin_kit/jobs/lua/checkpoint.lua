-- id, attempt, lease in ms, write, reference, done -> state, or nothing if fenced
-- Only a checkpoint that reaches further counts as progress: a job that saves the same one and dies must not live on.
local id, done = ARGV[1], tonumber(ARGV[6])
if is_fenced(id, ARGV[2]) then return false end
extend(id, ARGV[3])
if not is_repeated(id, ARGV[4]) then
  local was = get(id, 'checkpoint_done', 'step')
  set(id, 'checkpoint', ARGV[5], 'checkpoint_done', done)
  if done > tonumber(was[1]) then
    redis.call('HDEL', key('lost', id), was[2], AWAY)
    forgive_parents(id)
  end
end
return state_of(id)
