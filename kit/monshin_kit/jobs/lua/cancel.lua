-- id -> the record, or nothing if there is none
cancel(ARGV[1])
return state_of(ARGV[1]) and redis.call('HGETALL', key('job', ARGV[1]))
