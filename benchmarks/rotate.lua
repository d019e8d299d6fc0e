-- Posts the files BODIES/0.json, BODIES/1.json ... in rotation and prints one line of figures at the end.
local requests = {}
local turn = 0

function init(args)
  local folder = os.getenv("BODIES")
  local number = 0
  while true do
    local file = io.open(folder .. "/" .. number .. ".json", "rb")
    if not file then break end
    requests[number] = wrk.format("POST", nil, {["Content-Type"] = "application/json"}, file:read("*a"))
    file:close()
    number = number + 1
  end
  requests.count = number
end

function request()
  local chosen = requests[turn]
  turn = (turn + 1) % requests.count
  return chosen
end

function done(summary, latency, requests)
  local errors = summary.errors
  print(string.format(
    "figures %d %d %d %d %d", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
