-- id: its message is in Celery's queue
redis.call('ZADD', index('queued'), 'XX', now, ARGV[1])
return 1
