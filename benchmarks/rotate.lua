-- Posts the files BODIES/0.json, BODIES/1.json ... in rotation and prints one line of figures at the end.
-- With the file TOKENS each request carries the next token of it, as if a proxy had ended TLS in front.
local bodies = {}
local ready = {}
local tokens = nil
local turn = 0
local spent = 0

local function request_with(token, body)
  local headers = {["Content-Type"] = "application/json"}
  if token then
    headers["Authorization"] = "Bearer " .. token
    headers["X-Forwarded-Proto"] = "https"
  end
  return wrk.format("POST", nil, headers, body)
end

function init(args)
  local folder = os.getenv("BODIES")
  while true do
    local file = io.open(folder .. "/" .. #bodies .. ".json", "rb")
    if not file then break end
    bodies[#bodies + 1] = file:read("*a")
    ready[#bodies] = request_with(nil, bodies[#bodies])
    file:close()
  end
  local path = os.getenv("TOKENS")
  if path then
    tokens = {}
    for line in io.lines(path) do tokens[#tokens + 1] = line end
  end
end

function request()
  turn = turn % #bodies + 1
  if not tokens then return ready[turn] end
  spent = spent + 1
  if not tokens[spent] then return ready[turn] end
  return request_with(tokens[spent], bodies[turn])
end

function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format(
    "figures %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
