-- most at once, patience in ms, keys of Celery's two queues -> ids to publish, which count as published from now on.
-- New ones after a second, in which the service that took them publishes them itself. Of those published longer ago
-- than the patience only as many as Celery's queue lacks, the longest waiting first: messages get lost with a worker
-- that took them and died before it had the lease. And those whose pause is over.
local limit, queued = tonumber(ARGV[1]), index('queued')
local ids = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', index('delayed'), '-inf', now, 'LIMIT', 0, limit)) do
  redis.call('ZREM', index('delayed'), id)
  table.insert(ids, id)
end
local unpublished = redis.call('ZRANGEBYSCORE', queued, 0, 0, 'LIMIT', 0, limit)
for _, id in ipairs(unpublished) do
  if now - redis.call('ZSCORE', index('waiting'), id) > 1000 then table.insert(ids, id) end
end
local missing = redis.call('ZCARD', queued) - #unpublished - redis.call('LLEN', ARGV[3]) - redis.call('LLEN', ARGV[4])
if missing > 0 and #unpublished < limit then
  local most = math.min(missing, limit - #unpublished)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', queued, '(0', now - ARGV[2], 'LIMIT', 0, most)) do
    table.insert(ids, id)
  end
end
for _, id in ipairs(ids) do redis.call('ZADD', queued, now, id) end
return ids
