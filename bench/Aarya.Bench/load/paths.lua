-- Sends GET for the paths of the file BENCH_REQUESTS, one per line, in order; after the last it starts again.
dofile(os.getenv("BENCH_LOAD") .. "/report.lua")

local threads = 0
function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  lines = {}
  local count = tonumber(os.getenv("BENCH_THREADS"))
  local n = 0
  for line in io.lines(os.getenv("BENCH_REQUESTS")) do
    if n % count == id then lines[#lines + 1] = wrk.format("GET", line) end
    n = n + 1
  end
  at = 0
end

function request()
  at = at % #lines + 1
  return lines[at]
end
