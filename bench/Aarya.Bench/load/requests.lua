-- Sends prepared requests of one method, one per line of the file BENCH_REQUESTS: token (or a whole Authorization) TAB key TAB address
-- of the client TAB body; "-" where there is none.
-- The lines are divided among the threads; after its last line a thread starts again if BENCH_REPEAT is 1, otherwise it stops.
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
    if n % count == id then
      local token, key, address, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
      local headers = { ["Content-Type"] = "application/json" }
      if token ~= "-" then headers["Authorization"] = token:find(" ") and token or "Bearer " .. token end
      if key ~= "-" then headers["Idempotency-Key"] = key end
      if address ~= "-" then headers["X-Forwarded-For"] = address end
      lines[#lines + 1] = wrk.format(os.getenv("BENCH_METHOD"), nil, headers, body ~= "-" and body or nil)
    end
    n = n + 1
  end
  at = 0
  repeating = os.getenv("BENCH_REPEAT") == "1"
end

function request()
  at = at + 1
  if at > #lines then
    if not repeating then wrk.thread:stop() end
    at = 1
  end
  return lines[at]
end
