-- Sends the requests of a file in random order: a path on each line and, after a tab, an ETag for If-None-Match.
-- Prints one line of JSON at the end.

local requests = {}

function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, etag = line:match("^([^\t]+)\t?(.*)$")
    local headers = { ["Host"] = wrk.headers["Host"] }
    if etag ~= "" then headers["If-None-Match"] = etag end
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
  math.randomseed(tonumber(arguments[2]))
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"errors":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration,
    failed.connect + failed.read + failed.write + failed.status + failed.timeout,
    latency:percentile(50), latency:percentile(99)))
end
