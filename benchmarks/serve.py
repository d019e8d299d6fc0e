"""Serves ``module:app`` on a loopback port: ``python -m benchmarks.serve benchmarks.idle:app 8001``."""

from __future__ import annotations

import sys

from cds_service.server import run_server

if __name__ == "__main__":
    run_server(sys.argv[1], "127.0.0.1", int(sys.argv[2]), 1)
