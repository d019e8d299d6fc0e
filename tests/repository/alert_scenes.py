"""For each alert a course of numbers: quiet at one moment, firing at a later one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SIGN_OFF = 'route="/cds-services/breast-calcification-report-sign"'
FEEDBACK = 'route="/cds-services/breast-calcification-report-sign/feedback"'
SIGN = 'service="breast-calcification-report-sign"'
ROUTE = {"route": "/cds-services/breast-calcification-report-sign"}
REQUESTS = "requests_total"


@dataclass(frozen=True)
class Scene:
    """``series`` are values by the name of the series, in the notation of promtool, one each ``step``.

    The alert is quiet at ``quiet`` and fires at ``fires``, with the labels ``labels`` beside its severity.
    """

    alert: str
    series: Mapping[str, str]
    quiet: str
    fires: str
    labels: Mapping[str, str] = field(default_factory=dict)
    step: str = "1m"

    def as_test(self, rules: Path, rule: Mapping[str, Any]) -> dict[str, Any]:
        """The scene as a file for promtool."""
        notes = {
            name: re.sub(r"\{\{ \$labels\.(\w+) }}", lambda found: self.labels[found[1]], text)
            for name, text in rule["annotations"].items()
        }
        firing = {"exp_labels": {**self.labels, **rule["labels"]}, "exp_annotations": notes}
        return {
            "rule_files": [str(rules)],
            "evaluation_interval": self.step,
            "tests": [
                {
                    "interval": self.step,
                    "input_series": [
                        {"series": _full(name), "values": values} for name, values in self.series.items()
                    ],
                    "alert_rule_test": [
                        {"eval_time": self.quiet, "alertname": self.alert, "exp_alerts": []},
                        {"eval_time": self.fires, "alertname": self.alert, "exp_alerts": [firing]},
                    ],
                }
            ],
        }


def _full(name: str) -> str:
    return name if name.startswith("up") else f"calcification_cds_{name}"


STEADY = "0+10x120"  # ten a minute
WEEK = 7 * 24 * 2  # in half hours

SCENES = (
    Scene(
        "ServiceDown",
        {'up{job="calcification-cds"}': "1x10 0x10"},
        "10m",
        "15m",
        {"job": "calcification-cds"},
    ),
    Scene("NotReady", {"ready": "1x10 0x10"}, "10m", "13m"),
    Scene("WorkerLost", {"workers": "2x20 1x20"}, "20m", "24m"),
    Scene("AnswersFail", {f'{REQUESTS}{{{SIGN_OFF},status="500"}}': "0x20 1x20"}, "20m", "23m", ROUTE),
    Scene(
        "AnswersSlow",
        {
            f'request_duration_seconds_bucket{{{SIGN_OFF},le="0.25"}}': "0+10x30 300+5x60",
            f'request_duration_seconds_bucket{{{SIGN_OFF},le="1.0"}}': STEADY,
            f'request_duration_seconds_bucket{{{SIGN_OFF},le="+Inf"}}': STEADY,
        },
        "30m",
        "60m",
    ),
    Scene("RequestsShed", {"requests_shed_total": "0x20 0+1x40"}, "20m", "35m"),
    Scene("ClientOverRate", {f'{REQUESTS}{{{SIGN_OFF},status="429"}}': "0x20 0+1x40"}, "20m", "40m", ROUTE),
    Scene(
        "SignOffsStopped",
        {f'{REQUESTS}{{{SIGN_OFF},status="200"}}': f"0+20x{WEEK} {20 * WEEK}x20"},
        f"{WEEK // 2}h",
        f"{WEEK // 2 + 3}h",
        step="30m",
    ),
    Scene(
        "CardsStopped",
        {
            f'{REQUESTS}{{{SIGN_OFF},status="200"}}': f"0+20x{WEEK + 40}",
            f'cards_total{{{SIGN},indicator="info"}}': f"0+15x{WEEK} {15 * WEEK}x40",
        },
        f"{WEEK // 2}h",
        f"{WEEK // 2 + 8}h",
        step="30m",
    ),
    Scene(
        "ReportsMissing",
        {
            f'{REQUESTS}{{{SIGN_OFF},status="200"}}': STEADY,
            f'{REQUESTS}{{{SIGN_OFF},status="412"}}': "0x30 0+3x90",
        },
        "30m",
        "110m",
        ROUTE,
    ),
    Scene(
        "BadRequests",
        {
            f'{REQUESTS}{{{SIGN_OFF},status="200"}}': STEADY,
            f'{REQUESTS}{{{SIGN_OFF},status="400"}}': "0x30 0+3x90",
        },
        "30m",
        "110m",
        ROUTE,
    ),
    Scene(
        "PrefetchFails",
        {
            f'prefetch_total{{{SIGN},place="prefetch.orders",state="data"}}': STEADY,
            f'prefetch_total{{{SIGN},place="prefetch.orders",state="outcome"}}': "0x30 0+3x90",
        },
        "30m",
        "110m",
        {"place": "prefetch.orders"},
    ),
    Scene(
        "FhirReadsFail",
        {'fhir_reads_total{outcome="read"}': STEADY, 'fhir_reads_total{outcome="timeout"}': "0x30 0+5x90"},
        "30m",
        "60m",
    ),
    Scene(
        "FhirReadsFail",
        {'breakers_open{partner="fhir"}': "0x30 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0"},
        "30m",
        "40m",
        {"partner": "fhir"},
    ),
    Scene(
        "ClientsShutOut",
        {'token_refusals_total{reason="no-keys"}': "0x20 0+2x40"},
        "20m",
        "45m",
        {"reason": "no-keys"},
    ),
    Scene("KeySetsNotFetched", {"key_set_failures_total": "0x40 0+1x40"}, "40m", "70m"),
    Scene("TokensForged", {'token_refusals_total{reason="signature"}': "0x20 0+5x40"}, "20m", "45m"),
    Scene("TokensReplayed", {'token_refusals_total{reason="replayed"}': "0x60 0+1x40"}, "60m", "80m"),
    Scene(
        "ReplayStoreDown",
        {'replay_events_total{event="replay-store-down"}': "0x20 0+1x40"},
        "20m",
        "40m",
        {"event": "replay-store-down"},
    ),
    Scene("RowsWait", {"writer_rows_waiting": "10x20 5000x20"}, "20m", "30m"),
    Scene("RowsLost", {"writer_rows_lost_total": "0x20 3x20"}, "20m", "25m"),
    Scene("FeedbackRefused", {f'{REQUESTS}{{{FEEDBACK},status="503"}}': "0x20 0+1x20"}, "20m", "35m"),
    Scene("MemoryGrows", {"worker_resident_memory_bytes": "8e7x30 3e8x60"}, "30m", "70m"),
    Scene(
        "UnsafeAdviceReported",
        {f'feedback_total{{{SIGN},outcome="overridden",reason="unsafe-or-wrong-advice"}}': "0x60 1x60"},
        "60m",
        "65m",
        {"service": "breast-calcification-report-sign"},
    ),
    Scene(
        "ModelsDiffer",
        {
            'build_info{instance="a",version="0.1.0",model_version="1.0.0"}': "1x200",
            'build_info{instance="b",version="0.2.0",model_version="1.1.0"}': "_x60 1x140",
        },
        "60m",
        "150m",
    ),
)
