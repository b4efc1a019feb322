-- ids -> their records, each as a flat list, empty where there is none
local answer = {}
for _, id in ipairs(ARGV) do table.insert(answer, redis.call('HGETALL', key('job', id))) end
return answer
