-- id: the folder of a job that `purge` let go is deleted
redis.call('SREM', index('gone'), ARGV[1])
