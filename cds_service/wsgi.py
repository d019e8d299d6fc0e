"""``cds_service.wsgi:app``: the service for granian, gunicorn and other WSGI servers."""

from __future__ import annotations

from cds_service.app import create_app
from cds_service.garbage import look_less_often
from cds_service.heap import share_one_heap
from cds_service.observe.log import open_log
from cds_service.observe.metrics_server import start_counting
from cds_service.observe.standard_output import LinesTogether
from cds_service.settings import load_settings
from cds_service.trust.house import start_keeper

share_one_heap()
app = create_app(load_settings(), log=open_log(LinesTogether()))
start_keeper(app.extensions["house"])
start_counting(app.extensions["metrics"])
look_less_often()
