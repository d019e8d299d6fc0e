"""nginx on loopback in front of some services, as docs/operations.md has it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.postgresql import free_port

# The very lines that docs/operations.md asks of a proxy.
HANDING_ON = """\
proxy_set_header Host $host;
proxy_http_version 1.1;
proxy_set_header Connection "";
proxy_connect_timeout 2s;
proxy_next_upstream error timeout non_idempotent;
proxy_next_upstream_tries 2;
"""

CONFIGURATION = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 6m;
    client_body_buffer_size 6m;
    upstream services {{
{servers}
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://services;
{handing_on}
        }}
    }}
}}
"""


@contextmanager
def nginx(folder: Path, ports: Sequence[int]) -> Iterator[int]:
    """Run nginx in front of services on these ports, and give its own."""
    port = free_port()
    text = CONFIGURATION.format(
        folder=folder,
        # Its workers read and write in the folder of the test.
        user="user root;" if os.getuid() == 0 else "",
        port=port,
        servers="\n".join(f"        server 127.0.0.1:{each} max_fails=1 fail_timeout=2s;" for each in ports),
        handing_on=HANDING_ON,
    )
    path = folder / "nginx.conf"
    path.write_text(text)
    process = subprocess.Popen(["nginx", "-c", str(path), "-e", str(folder / "error.log")])
    try:
        limit = time.monotonic() + 20
        while not (folder / "nginx.pid").exists():
            assert process.poll() is None, (folder / "error.log").read_text()
            assert time.monotonic() < limit
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(20)
