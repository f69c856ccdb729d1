"""Ticks of crons around the DST days of 2025, told by Python's zoneinfo; prints ticks.json.

Run: python3 ticks.py > ticks.json
A daily cron in the time that is skipped ticks at the moment the clock jumps; one in the time that
comes twice ticks the first time. A cron of all hours ticks at every real instant that fits.
"""

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

ZONES = {
    "Europe/Berlin": ["2025-03-30", "2025-10-26"],
    "America/New_York": ["2025-03-09", "2025-11-02"],
    "Australia/Lord_Howe": ["2025-04-06", "2025-10-05"],
}
DAILY = [(1, 45), (2, 0), (2, 15), (2, 30), (3, 0), (6, 30)]


def text(instant):
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(wall, zone):
    """When a wall clock shows it first; the moment of the jump if it never does."""
    found = wall.replace(tzinfo=zone, fold=0).astimezone(timezone.utc)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    before = (found - timedelta(hours=2)).astimezone(zone).utcoffset()
    at = found - timedelta(hours=2)
    while at.astimezone(zone).utcoffset() == before:
        at += timedelta(minutes=1)
    return at


def daily(zone, day, hour, minute):
    wall = [day + timedelta(days=d, hours=hour, minutes=minute) for d in (-1, 0, 1)]
    return [text(instant(w, zone)) for w in wall]


def frequent(zone, day, minutes):
    at = (day - timedelta(hours=1)).replace(tzinfo=zone).astimezone(timezone.utc)
    end = (day + timedelta(hours=7)).replace(tzinfo=zone).astimezone(timezone.utc)
    found = []
    while at < end:
        if at.astimezone(zone).minute in minutes:
            found.append(text(at))
        at += timedelta(minutes=1)
    return found


rows = []
for name, days in ZONES.items():
    zone = ZoneInfo(name)
    for day in map(datetime.fromisoformat, days):
        for hour, minute in DAILY:
            ticks = daily(zone, day, hour, minute)
            rows.append({"zone": name, "cron": f"{minute} {hour} * * *", "ticks": ticks})
        for cron, minutes in (("0 * * * *", {0}), ("*/15 * * * *", {0, 15, 30, 45})):
            ticks = frequent(zone, day, minutes)
            rows.append({"zone": name, "cron": cron, "ticks": ticks})
print(json.dumps(rows, indent=1))
