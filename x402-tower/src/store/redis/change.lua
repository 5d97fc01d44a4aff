-- Changes claims, each if its ticket holds it. KEYS: the claims. ARGV[1]: lease in ms; then for each claim its ticket,
-- its new state ('' leaves it), and how it is let go: '' not at all, 'r' released, 'a' abandoned.
-- Answers for each 1, or 0 if the ticket does not hold it.
local time = redis.call('TIME')
local lease = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1])
local done = {}
for i, key in ipairs(KEYS) do
  local ticket, new, go = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  local claim = redis.call('HMGET', key, 's', 'h')
  local state = claim[1]
  if claim[2] ~= ticket then
    done[i] = 0
  else
    done[i] = 1
    -- A server that is full lets a script write once it has taken something away: who holds a claim may end it.
    redis.call('HDEL', key, 'l')
    if new ~= '' then
      state = new
      redis.call('HSET', key, 's', state)
    end
    local letter = string.sub(state, 1, 1)
    if go ~= '' and (letter == 'c' or (letter == 'a' and go == 'r')) then
      redis.call('DEL', key)
    elseif go ~= '' or letter == 'd' or letter == 'r' then
      if letter == 'a' then redis.call('HSET', key, 's', 'u') end
      redis.call('HDEL', key, 'h')
    else
      redis.call('HSET', key, 'l', lease)
    end
  end
end
return done
