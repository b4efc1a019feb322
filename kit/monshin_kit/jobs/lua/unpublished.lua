-- id: it could not be published, so that it is due again
redis.call('ZADD', index('queued'), 'XX', 0, ARGV[1])
return 1
