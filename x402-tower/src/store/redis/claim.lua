-- Takes a payment. KEYS[1]: its claim, a hash: s state, r resource, and while it is held h holder, l end of the lease.
-- ARGV: 1 ticket, 2 resource, 3 lease in ms, 4 ms to remember it, 5 whether it may begin.
-- Answers {0} absent, {1} fresh, {2, state} taken, {3, state} held, {4, state} held for another resource.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local claim = redis.call('HMGET', KEYS[1], 's', 'r', 'h', 'l')
local state, resource, holder = claim[1], claim[2], claim[3]

-- The answer to this very ticket was lost: it is given again.
local ours = holder == ARGV[1]
if holder and not ours and tonumber(claim[4]) <= now then
  holder = false
  if state == 'c' then state = false elseif state == 'a' then state = 'u' end
end
if not state then
  if ARGV[5] ~= '1' then return {0, ''} end
  redis.call('HSET', KEYS[1], 's', 'c', 'r', ARGV[2], 'h', ARGV[1], 'l', string.format('%.0f', now + ARGV[3]))
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return {1, ''}
end
if ours and state == 'c' then return {1, ''} end
if resource ~= ARGV[2] then return {4, state} end
local letter = string.sub(state, 1, 1)
if ours or (not holder and (letter == 's' or letter == 'u')) then
  redis.call('HSET', KEYS[1], 's', state, 'h', ARGV[1], 'l', string.format('%.0f', now + ARGV[3]))
  return {2, state}
end
return {3, state}
