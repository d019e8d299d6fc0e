"""Who may call: tokens, key sets, replay, origins."""
