/** The script that writes rows of one view, each only if it is newer. @module */
import { createHash } from "node:crypto";

/**
 * KEYS: hashes of entities. ARGV: overwrite 0 or 1; ttl in ms or 0; field and value of the event
 * time; number k of features; k field names; then k values for each key. Gives the number written.
 *
 * All rows of a call share one event time and one set of fields, so these go over the wire once
 * and a stored time is decoded once: 3 times the rows a second of one call per row.
 *
 * A stored time is decoded, since bytes of a varint do not sort; one before 1970 is negative and
 * takes ten bytes, and counts as older than everything.
 *
 * The hash of all views lives as long as the longest-lived of them: its expiry is only ever put
 * off, and a view without ttl ends it. Without a margin every view would set it anew.
 */
export const NEWER_WINS = `
local overwrite, ttl = ARGV[1] == '1', tonumber(ARGV[2])
local field, time, k = ARGV[3], ARGV[4], tonumber(ARGV[5])
local function decode(bytes)
  local seconds, nanos, i = 0, 0, 1
  while i <= #bytes do
    local tag = bytes:byte(i)
    i = i + 1
    local value, factor, length, byte = 0, 1, 0, 0
    repeat
      byte = bytes:byte(i)
      i = i + 1
      length = length + 1
      value = value + (byte % 128) * factor
      factor = factor * 128
    until byte < 128
    if length == 10 then value = -1 end
    if tag == 8 then seconds = value elseif tag == 16 then nanos = value end
  end
  return { seconds, nanos }
end
local ours, known = decode(time), {}
local function newer(bytes)
  if not bytes or overwrite then return true end
  if bytes == time then return false end
  local theirs = known[bytes]
  if not theirs then
    theirs = decode(bytes)
    known[bytes] = theirs
  end
  return ours[1] > theirs[1] or (ours[1] == theirs[1] and ours[2] > theirs[2])
end
local row, written = {}, 0
row[1], row[2] = field, time
for i = 1, k do row[2 * i + 1] = ARGV[5 + i] end
local at = 5 + k
for n = 1, #KEYS do
  local key = KEYS[n]
  if newer(redis.call('HGET', key, field)) then
    local left = redis.call('PTTL', key)
    for i = 1, k do row[2 * i + 2] = ARGV[at + i] end
    redis.call('HSET', key, unpack(row, 1, 2 * k + 2))
    if ttl == 0 then
      if left >= 0 then redis.call('PERSIST', key) end
    elseif left == -2 or (left >= 0 and left < ttl) then
      redis.call('PEXPIRE', key, ttl + math.floor(ttl / 10))
    end
    written = written + 1
  end
  at = at + k
end
return written`;

/** What EVALSHA knows the script by. */
export const NEWER_WINS_SHA: string = createHash("sha1").update(NEWER_WINS).digest("hex");
