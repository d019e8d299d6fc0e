// Medplum's libraries name the global WebSocket when they are loaded; before Node 22 there is none.
globalThis.WebSocket ??= class {};
