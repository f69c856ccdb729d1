"""Writes dst_days.json beside itself: hours and days around every change of the clocks in three zones.

    python3 tests/engine/declare/partitions/make_dst_days.py

The source is Python's zoneinfo (IANA tz database), which shares no code with the engine. For each change from 2023 to
2026: the instants at which local days begin around it, and the windows between instants at which the local hour
changes, found by walking minute by minute.
"""

import json
import pathlib
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
MINUTE = timedelta(minutes=1)


def iso(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def changes(zone):
    at = datetime(2023, 1, 1, tzinfo=timezone.utc)
    last = at.astimezone(zone).utcoffset()
    while at < datetime(2027, 1, 1, tzinfo=timezone.utc):
        offset = at.astimezone(zone).utcoffset()
        if offset != last:
            yield at
        last = offset
        at += timedelta(minutes=30)


def walk(zone, change):
    """Minutes from two local days before the change to two after, with what the clocks show."""
    at = change - timedelta(hours=50)
    while at < change + timedelta(hours=50):
        yield at, at.astimezone(zone)
        at += MINUTE


def around(zone, change):
    days, hours, seen = [], [], None
    for at, local in walk(zone, change):
        hour = (local.date(), local.hour, local.utcoffset())
        if seen is not None and hour != seen:
            hours.append([local.strftime("%Y-%m-%dT%H"), iso(at)])
            if local.date() != seen[0]:
                days.append([local.strftime("%Y-%m-%d"), iso(at)])
        seen = hour
    near = [h for h in hours if abs(datetime.fromisoformat(h[1]) - change) < timedelta(hours=6)]
    return {"change": iso(change), "days": days, "hours": near}


table = {name: [around(ZoneInfo(name), c) for c in changes(ZoneInfo(name))] for name in ZONES}
path = pathlib.Path(__file__).with_name("dst_days.json")
path.write_text(json.dumps(table, indent=1) + "\n")
