-- ids -> the time in ms, and their records, each as a flat list, empty where there is none
local records = {}
for _, id in ipairs(ARGV) do table.insert(records, redis.call('HGETALL', key('job', id))) end
return {now, records}
