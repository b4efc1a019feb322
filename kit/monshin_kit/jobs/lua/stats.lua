-- -> {counts as a flat list, milliseconds since the oldest was queued, since the longest running started}
local function age(name)
  local first = redis.call('ZRANGE', index(name), 0, 0, 'WITHSCORES')
  return first[2] and now - first[2] or 0
end
return {redis.call('HGETALL', index('counts')), age('waiting'), age('started')}
