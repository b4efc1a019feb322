-- Before every script. KEYS[1] is the service's prefix; all keys of a service lie on one Redis (no Cluster).
-- {prefix}job:{id}     hash, the record            {prefix}events:{id}    stream, its progress
-- {prefix}lost:{id}    hash, step -> lost workers, AWAY -> postponements  {prefix}children:{id}  set of ids
-- {prefix}request:{..} hash, id and digest         {prefix}counts         hash, state -> jobs, and failed_total
-- {prefix}gone         set, ids of jobs whose records are gone and whose folders may be there still
-- sorted sets: ids (by name), queued (by publication, 0: to be published), delayed (until; not in queued), waiting
-- (since), leased (until), started (since), finished (since)
-- The clock is Redis' own: workers' clocks may differ.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local MAX_EVENTS = 10000
local INDEXES = {'queued', 'delayed', 'waiting', 'leased', 'started', 'finished'} -- beside ids; each holds ids
local AWAY = ':away' -- no step is called so

local function key(kind, id) return KEYS[1] .. kind .. ':' .. id end
local function index(name) return KEYS[1] .. name end

local function get(id, ...) return redis.call('HMGET', key('job', id), ...) end
local function set(id, ...) redis.call('HSET', key('job', id), ...) end
local function state_of(id) return redis.call('HGET', key('job', id), 'state') end

local function emit(id)
  local sequence = redis.call('HINCRBY', key('job', id), 'sequence', 1)
  local was = get(id, 'state', 'attempt', 'phase', 'step', 'done', 'total', 'numbers')
  set(id, 'time_ms', now)
  redis.call('XADD', key('events', id), 'MAXLEN', '~', MAX_EVENTS, sequence .. '-0', 'time_ms', now, 'state', was[1],
    'attempt', was[2], 'phase', was[3], 'step', was[4], 'done', was[5], 'total', was[6], 'numbers', was[7])
  return sequence
end

local function index_as(id, state, lease_until)
  for _, name in ipairs(INDEXES) do
    if not (state == 'CANCELLING' and (name == 'leased' or name == 'started')) then
      redis.call('ZREM', index(name), id)
    end
  end
  if state == 'QUEUED' then
    redis.call('ZADD', index('queued'), 0, id)
    redis.call('ZADD', index('waiting'), now, id)
  elseif state == 'RUNNING' then
    redis.call('ZADD', index('leased'), lease_until, id)
    redis.call('ZADD', index('started'), now, id)
  elseif state ~= 'CANCELLING' then
    redis.call('ZADD', index('finished'), now, id)
  end
end

local cancel -- below: an ended job takes its children along

local function move(id, state, lease_until)
  local before = state_of(id)
  if before then redis.call('HINCRBY', index('counts'), before, -1) end
  redis.call('HINCRBY', index('counts'), state, 1)
  if state == 'FAILED' then redis.call('HINCRBY', index('counts'), 'failed_total', 1) end
  local is_final = state == 'CANCELLED' or state == 'SUCCEEDED' or state == 'FAILED'
  set(id, 'state', state, 'finished_ms', is_final and now or 0)
  index_as(id, state, lease_until)
  emit(id)
  if is_final then
    for _, child in ipairs(redis.call('SMEMBERS', key('children', id))) do cancel(child) end
  end
end

-- Whether this attempt may not write (any more): it was overtaken, or has ended.
local function is_fenced(id, attempt)
  local was = get(id, 'state', 'attempt')
  return was[2] ~= attempt or (was[1] ~= 'RUNNING' and was[1] ~= 'CANCELLING')
end

local function extend(id, lease_ms) redis.call('ZADD', index('leased'), now + lease_ms, id) end

-- A write is repeated when its answer was lost; its number in the attempt tells.
local function is_repeated(id, write)
  if tonumber(redis.call('HGET', key('job', id), 'write')) >= tonumber(write) then return true end
  set(id, 'write', write)
  return false
end

-- What a part achieves is an achievement of the whole: workers that the whole lost are forgiven.
local function forgive_parents(id)
  local parent = redis.call('HGET', key('job', id), 'parent')
  while parent and parent ~= '' do
    redis.call('DEL', key('lost', parent))
    parent = redis.call('HGET', key('job', parent), 'parent')
  end
end

function cancel(id)
  local state = state_of(id)
  if state == 'QUEUED' then move(id, 'CANCELLED') end
  if state == 'RUNNING' then move(id, 'CANCELLING') end
  for _, child in ipairs(redis.call('SMEMBERS', key('children', id))) do cancel(child) end
end
